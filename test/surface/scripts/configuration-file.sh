# A file of one's own: sections, lists over several lines, and who wins.
cat > pip.conf <<'EOF'
[global]
no-index = true
find-links =
    one
    two
disable-pip-version-check = yes

[install]
constraint = limits.txt

[freeze]
exclude =
    six
    idna
EOF
echo 'six<1.17' > limits.txt
mkdir one two
pip download -q --no-deps -d one six==1.16.0
pip download -q --no-deps -d one six==1.17.0
pip download -q --no-deps -d two idna==3.11
export PIP_CONFIG_FILE=$PWD/pip.conf
unset PIP_INDEX_URL
pip install -q six idna
pip list --format freeze
pip freeze
pip install -q anyio 2> /dev/null || echo "exit $?"
PIP_NO_INDEX=0 pip install -q -i "$INDEX" h11 && pip list --format freeze | grep h11
pip config list | grep -v '^global.cert' | sort
PIP_CONFIG_FILE=/dev/null pip config list
PIP_FORMAT=table pip list 2> /dev/null || echo "exit $?"
echo '[global' > broken.conf
PIP_CONFIG_FILE=$PWD/broken.conf pip list 2> /dev/null || echo "exit $?"
PIP_CONFIG_FILE=$PWD/absent.conf pip list --format freeze 2> /dev/null || echo "exit $?"
