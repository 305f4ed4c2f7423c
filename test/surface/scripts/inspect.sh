# Everything about an environment, for programs.
pip install -q anyio "six @ $FILES/six-1.17.0-py3-none-any.whl"
pip inspect 2> /dev/null > all.json
python - <<'EOF'
import json
report = json.load(open("all.json"))
print(sorted(report), report["version"])
for item in sorted(report["installed"], key=lambda item: item["metadata"]["name"].lower()):
    print(item["metadata"]["name"], item["metadata"]["version"], sorted(item), item["requested"])
    print("  ", sorted(item["metadata"]))
    if "direct_url" in item:
        print("  ", sorted(item["direct_url"]), sorted(item["direct_url"]["archive_info"]))
print(sorted(report["environment"]))
EOF
pip inspect --local 2> /dev/null | python -c 'import json,sys; print(len(json.load(sys.stdin)["installed"]))'
pip inspect surplus 2> /dev/null > surplus.json && echo "exit 0"
