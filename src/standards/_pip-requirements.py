"""Reads requirements files with pip's own parser; one JSON answer for each question on standard input."""

import json
import os
import sys
from types import SimpleNamespace

from pip._internal.cli.cmdoptions import use_new_feature
from pip._internal.exceptions import CommandError, PipError
from pip._internal.models.format_control import FormatControl
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.search_scope import SearchScope
from pip._internal.req.req_file import parse_requirements


def ask(folder, question):
    os.chdir(folder)
    # The option's own default is a list that pip fills; one process asks once, we ask often.
    use_new_feature.keywords["default"].clear()
    scope = SearchScope(find_links=[], index_urls=["default"], no_index=False)
    finder = SimpleNamespace(
        search_scope=scope,
        format_control=FormatControl(),
        release_control=ReleaseControl(),
        prefer_binary=False,
    )
    type_of = type("Finder", (), {})
    holder = type_of()
    holder.__dict__.update(finder.__dict__)
    type_of.find_links = property(lambda self: list(self.search_scope.find_links))
    type_of.index_urls = property(lambda self: list(self.search_scope.index_urls))
    holder.set_prefer_binary = lambda: holder.__dict__.update(prefer_binary=True)
    holder.set_release_control = lambda control: holder.__dict__.update(release_control=control)
    options = SimpleNamespace(
        require_hashes=False, no_require_hashes=False, features_enabled=[], isolated_mode=False
    )
    hosts = []
    session = SimpleNamespace(
        update_index_urls=lambda urls: None,
        add_trusted_host=lambda host, source: hosts.append(host),
    )
    try:
        entries = [
            [
                entry.requirement,
                entry.is_editable,
                entry.constraint,
                entry.comes_from,
                # pip compares digests as written, pkm in lower case.
                {k: [d.lower() for d in v] for k, v in entry.options.get("hashes", {}).items()},
                entry.options.get("config_settings", {}),
            ]
            for entry in parse_requirements(
                question["file"],
                session=session,
                finder=holder,
                options=options,
                constraint=question["constraint"],
            )
        ]
    except (PipError, CommandError, LookupError, UnicodeError) as error:
        return {"error": type(error).__name__}
    return {
        "entries": entries,
        "options": {
            "index": holder.search_scope.index_urls,
            "noIndex": holder.search_scope.no_index,
            "findLinks": holder.search_scope.find_links,
            "noBinary": sorted(holder.format_control.no_binary),
            "onlyBinary": sorted(holder.format_control.only_binary),
            "allReleases": sorted(holder.release_control.all_releases),
            "onlyFinal": sorted(holder.release_control.only_final),
            "preferBinary": holder.prefer_binary,
            "requireHashes": bool(options.require_hashes),
            "noRequireHashes": bool(options.no_require_hashes),
            "features": options.features_enabled,
            "hosts": hosts,
        },
    }


folder, questions = sys.argv[1], json.load(sys.stdin)
json.dump([ask(folder, question) for question in questions], sys.stdout)
