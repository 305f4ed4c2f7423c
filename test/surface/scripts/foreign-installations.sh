# What others have installed: other installers, legacy formats, editables, checkouts, versions that are none.
site=$(echo "$VIRTUAL_ENV"/lib/python3*/site-packages)
lay() {
    mkdir -p "$site/$1-$2.dist-info"
    printf 'Metadata-Version: 2.4\nName: %s\nVersion: %s\n%s' "$1" "$2" "${3-}" > "$site/$1-$2.dist-info/METADATA"
}
lay Foo.Bar 1.0 'Requires-Dist: baz>1
Requires-Dist: Qux; extra == "q"
Provides-Extra: q
Home-page: https://index.example/foo
License-Expression: MIT
Author: Ada
Author-email: Ada <ada@index.example>
Project-URL: Docs, https://index.example/docs
Classifier: Topic :: Music
Summary: In short
'
lay baz 1.0
echo conda > "$site/baz-1.0.dist-info/INSTALLER"
touch "$site/baz-1.0.dist-info/REQUESTED"
lay edited 2.0
echo '{"url": "file:///home/ada/edited", "dir_info": {"editable": true}}' > "$site/edited-2.0.dist-info/direct_url.json"
lay checked 3.0
echo '{"url": "https://git.example/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"}}' > "$site/checked-3.0.dist-info/direct_url.json"
lay archived 5.0
echo '{"url": "https://index.example/a-5.0.tar.gz", "archive_info": {"hashes": {"sha256": "aa"}}}' > "$site/archived-5.0.dist-info/direct_url.json"
lay odd 1.0-weird
lay post 1.0.POST1
mkdir "$site/eggy-1.0.egg-info"
printf 'Metadata-Version: 1.0\nName: eggy\nVersion: 1.0\n' > "$site/eggy-1.0.egg-info/PKG-INFO"
printf 'Metadata-Version: 1.0\nName: disty\nVersion: 1.1\n' > "$site/disty-1.1.egg-info"
mkdir "$site/~orn-1.0.dist-info"
pip list 2> /dev/null
pip list --format freeze 2> /dev/null
pip list --format json 2> /dev/null
pip list -e 2> /dev/null
pip freeze 2> /dev/null
pip freeze --exclude-editable --exclude foo_bar 2> /dev/null
pip show foo-bar edited 2> /dev/null | grep -v '^Location'
pip show -v foo-bar 2> /dev/null | sed -n '/^Metadata-Version/,$p'
pip show -f baz eggy 2> /dev/null | grep -v '^Location'
pip check 2> /dev/null || echo "exit $?"
pip inspect 2> /dev/null | python -c '
import json, sys
for item in sorted(json.load(sys.stdin)["installed"], key=lambda item: item["metadata"]["name"]):
    item.pop("metadata_location")
    print(json.dumps(item, sort_keys=True))
'
pip uninstall -q -y disty 2> /dev/null || echo "exit $?"
pip uninstall -q -y baz 2> /dev/null || echo "exit $?"
