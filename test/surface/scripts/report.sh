# The installation report: what would be installed, for programs.
pip install -q --dry-run --ignore-installed --report report.json 'httpx<0.28' six > /dev/null
python - <<'EOF'
import json
report = json.load(open("report.json"))
print(sorted(report), report["version"])
for entry in sorted(report["install"], key=lambda entry: entry["metadata"]["name"].lower()):
    download = entry["download_info"]
    print(entry["metadata"]["name"], entry["metadata"]["version"], sorted(entry))
    print("  ", sorted(download), sorted(download["archive_info"]), download["archive_info"]["hash"][:7])
    print("  ", entry["is_direct"], entry["is_yanked"], entry["requested"], entry.get("requested_extras"))
    print("  ", sorted(entry["metadata"]))
print(sorted(report["environment"]))
EOF
pip install --dry-run --quiet --report - six | python -c 'import json,sys; print([e["metadata"]["version"] for e in json.load(sys.stdin)["install"]])'
pip install -q --report done.json six
python -c 'import json; print(len(json.load(open("done.json"))["install"]))'
pip install -q --report done.json six
python -c 'import json; print(len(json.load(open("done.json"))["install"]))'
