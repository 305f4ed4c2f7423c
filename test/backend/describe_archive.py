"""What an archive holds, told by Python's own readers: for each file given one line of JSON with its members in order.

A member is [name, mode, time, size, SHA-256, what else a header says].
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile
import zipfile


def zip_members(path):
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise SystemExit("%s: a member is damaged" % path)
        for info in archive.infolist():
            more = [info.flag_bits, info.compress_type, info.create_system, info.extra.hex()]
            mode = info.external_attr >> 16
            yield info.filename, mode, list(info.date_time), archive.read(info), more


def tar_members(path):
    with gzip.open(path) as file:
        whole = file.read()
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        for info in archive:
            more = [info.type.decode(), info.uid, info.gid, info.uname, info.gname, info.linkname]
            yield info.name, info.mode, info.mtime, archive.extractfile(info).read(), more
    # Members could agree where the archives differ; unpacked they must not differ either.
    yield "the whole", 0, 0, whole, []


for path in sys.argv[1:]:
    members = tar_members(path) if path.endswith(".tar.gz") else zip_members(path)
    print(
        json.dumps(
            [
                [name, mode, time, len(content), hashlib.sha256(content).hexdigest(), more]
                for name, mode, time, content, more in members
            ]
        )
    )
