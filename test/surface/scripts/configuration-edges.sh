# What pip's configuration takes and refuses.
try() {
    "$@" 2> /dev/null
    echo "exit $? of $*"
}
unset PIP_INDEX_URL PIP_DISABLE_PIP_VERSION_CHECK
try pip config set global.timeout 10
try pip config set timeout 10
try pip config set a.b.c x
try pip config set install.no_deps TRUE
try pip config get install.no-deps
try pip config get install.no_deps
try pip config get INSTALL.no-deps
try pip config get --site global.timeout
try pip config unset global.nothing
try pip config unset global.timeout
try pip config set
try pip config set a
try pip config set global.x y z
try pip config get
try pip config list x
try pip config
try pip config --user --global list
try pip config list --user
conf() {
    printf "$1" > "$HOME/.config/pip/pip.conf"
    shift
    try "$@"
}
conf '[global]\nno value\n' pip list
conf 'x = 1\n' pip list
conf '[global]\nx = 1\nx = 2\n' pip list
conf '[global]\nx = 1\n[global]\ny = 2\n' pip list
conf '[global]\n; one\n# two\nx = 1 ; three\ny: 2\nz =\n  a\n\n  b\n' pip config list --user
conf '[list]\nformat = json\n[freeze]\nall = 1\n' pip list
conf '[global]\nformat = freeze\nunheard-of = 1\n' pip list
conf '[global]\nno-deps = maybe\n' pip list
conf '[global]\nno-deps = maybe\n' pip install --dry-run six
conf '[global]\npython = /nowhere\n' pip list
conf '[global]\nuser = 1\n' pip install six
conf '[global]\nrequire-virtualenv = true\n' pip list
conf '[global]\nindex-url = nonsense\n[install]\nindex-url = '"$INDEX"'\n' pip install -q six
conf '' pip list
