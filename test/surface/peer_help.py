"""Prints the help of every command of pip as one JSON object, by one process instead of one for each."""

import contextlib
import io
import json

from pip._internal.cli.main import main
from pip._internal.commands import commands_dict

pages = {}
for command in commands_dict:
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([command, "--help"])
    pages[command] = text.getvalue()
print(json.dumps(pages))
