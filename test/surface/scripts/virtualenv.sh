# virtualenv: what an environment looks like, and what is refused.
try() {
    virtualenv -q "$@" > /dev/null 2>&1
    echo "exit $? of virtualenv -q $*"
}
look() {
    ls -A "$1" | grep -v -e '^lib64$' -e '^\.pkm\.lock$' -e '^include$'
    # Which shells are known differs a little, and so do names with versions.
    ls "$1/bin" | grep -v -e '^python3\.' -e '^pip3\.' -e '^pip-' -e '\.bat$' -e '\.xsh$' -e '^deactivate\.csh$'
    grep -o -e '^include-system-site-packages = .*' -e '^prompt = .*' "$1/pyvenv.cfg" | tr "'" '"' | sort
}
try --no-download plain
look plain
plain/bin/python -c 'import pip' && echo "pip is there"
plain/bin/pip --version > /dev/null && echo "and runs"
try --no-seed bare
look bare
try --without-pip --activators bash,fish --no-vcs-ignore few
look few
try --no-download --no-pip --no-setuptools neither
ls neither/bin | grep -c pip
try --no-seed --prompt hello --system-site-packages seeing
look seeing
try --no-seed -p 9.9 none
try --no-seed
touch file
try --no-seed file
try --no-seed --no-such-option x
try --no-seed --activators nonsense x
touch bare/mine
try --no-seed bare
test -e bare/mine && echo kept
try --no-seed --clear bare
test -e bare/mine || echo gone
VIRTUALENV_NO_SEED=1 VIRTUALENV_PROMPT=told try asked
look asked
VIRTUALENV_CLEAR=perhaps try --no-seed x
mkdir project && cd project && touch pyproject.toml
try --no-seed env
cat .venv
try --no-seed --no-venv-redirect other
cat .venv
virtualenv --version > /dev/null && echo "has a version"
