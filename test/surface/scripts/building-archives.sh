# Archives of source trees, by path and address, with hashes and folders inside.
. "${2%/scripts/*}/project.sh"
project tree/sub demo 1.0
commit tree
git -C tree archive --prefix=tree-main/ -o "$PWD/main.tar.gz" HEAD
git -C tree archive --prefix=tree-main/ -o "$PWD/main.zip" HEAD
hash() { sha256sum "$1" | cut -d' ' -f1; }
shown() { pip freeze | sed -E 's/sha256=[0-9a-f]+/sha256=[HASH]/'; }
pip install -q "demo @ file://$PWD/main.tar.gz#subdirectory=sub" && shown
pip install -q --force-reinstall "demo @ file://$PWD/main.zip#subdirectory=sub" && shown
pip install -q --force-reinstall "demo @ file://$PWD/main.zip#sha256=$(hash main.zip)&subdirectory=sub" && shown
pip install -q --force-reinstall "demo @ file://$PWD/main.zip#sha256=$(hash tree/sub/METADATA)&subdirectory=sub" 2> /dev/null || echo "exit $?"
pip install -q --force-reinstall "demo @ file://$PWD/main.zip#subdirectory=other" 2> /dev/null || echo "exit $?"
pip install -q --force-reinstall "demo @ file://$PWD/main.zip" 2> /dev/null || echo "exit $?"
pip install -q --force-reinstall "other @ file://$PWD/main.zip#subdirectory=sub" 2> /dev/null || echo "exit $?"
sdist tree/sub house
bunzip() { (cd "$1" && tar -xzf demo-1.0.tar.gz && tar "$2" -f "demo-1.0.$3" demo-1.0 && rm -r demo-1.0); }
bunzip house -c tar && pip install -q --force-reinstall ./house/demo-1.0.tar && shown
bunzip house -cz tgz && pip install -q --force-reinstall ./house/demo-1.0.tgz && shown
echo "./house/demo-1.0.tar.gz --hash=sha256:$(hash house/demo-1.0.tar.gz)" > requirements.txt
pip install -q --force-reinstall -r requirements.txt && shown
echo "./house/demo-1.0.tar.gz --hash=sha256:$(hash house/demo-1.0.tgz)" > requirements.txt
pip install -q --force-reinstall -r requirements.txt 2> /dev/null || echo "exit $?"
echo './tree/sub' > requirements.txt
pip install -q --require-hashes -r requirements.txt 2> /dev/null || echo "exit $?"
