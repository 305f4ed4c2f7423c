# What could be newer, for people and for programs.
pip install -q idna==3.10 six==1.16.0 h11
pip list --outdated
pip list --outdated --format=json | python -c '
import json, sys
for row in sorted(json.load(sys.stdin), key=lambda row: row["name"]):
    print(sorted(row), row["name"], row["version"], row["latest_version"], row["latest_filetype"])
'
pip list --uptodate
pip list -o --format=freeze 2> /dev/null || echo "exit $?"
pip list --outdated --format=json | python -c 'import json,sys; print(" ".join(sorted(r["name"] for r in json.load(sys.stdin))))' > names
pip install -q -U $(cat names)
pip list -o
pip list
