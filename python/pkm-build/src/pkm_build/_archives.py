"""Zip and tar files whose bytes depend on their members alone.

A member is `(name, mode, content)`; all are stamped with one time, in seconds since 1970.
"""

import gzip
import io
import os
import re
import tarfile
import time
import zipfile

from pkm_build._errors import build_date_invalid


def archive_time():
    """`SOURCE_DATE_EPOCH`, or else the first moment that a zip file can hold."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text == "":
        return 315_532_800
    # The eleven octal digits of a tar header.
    if re.fullmatch(r"[0-9]{1,11}", text) is None or int(text) >= 8**11:
        raise build_date_invalid(text)
    return int(text)


def write_zip(path, members, seconds):
    # 1980 is the first year of a zip file, 2107 the last.
    stamp = time.gmtime(min(max(seconds, 315_532_800), 4_354_819_199))[:6]
    with zipfile.ZipFile(path, "w", compresslevel=9) as archive:
        for name, mode, content in members:
            info = zipfile.ZipInfo(name, stamp)
            info.create_system = 3
            info.external_attr = (0o100000 | mode) << 16
            # An empty deflate stream is two bytes: more than nothing.
            info.compress_type = zipfile.ZIP_DEFLATED if content else zipfile.ZIP_STORED
            archive.writestr(info, content, compresslevel=9)


def write_tar_gz(path, members, seconds):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, mode, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), mode, seconds
            archive.addfile(info, io.BytesIO(content))
    stamp = min(seconds, 2**32 - 1)
    with open(path, "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, stamp) as packed:
            packed.write(buffer.getvalue())
