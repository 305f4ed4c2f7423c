# `python -m pip`, completion, debugging, and the cache.
python() {
    if [ "${1-}" = -m ] && [ "${2-}" = pip ]; then
        shift 2
        pip "$@"
    else
        command python "$@"
    fi
}
python -m pip install -q six
python -m pip freeze
python -m pip completion --bash > completion.bash
bash -n completion.bash && echo "bash reads it"
python -m pip completion --zsh | grep -c compdef > /dev/null && echo "zsh has it"
python -m pip completion 2> /dev/null || echo "exit $?"
python -m pip debug > /dev/null 2>&1 && echo "exit 0"
test -n "$(python -m pip cache dir)" && echo "there is a cache"
python -m pip cache info > /dev/null && echo "exit 0"
python -m pip cache list > /dev/null && echo "exit 0"
python -m pip cache remove 'nothing-like-this' > /dev/null 2>&1; echo "exit $?"
python -m pip cache purge > /dev/null 2>&1 && echo "exit 0"
python -m pip cache nonsense 2> /dev/null || echo "exit $?"
python -m pip cache list --format abspath > /dev/null && echo "exit 0"
python -m pip --python "$VIRTUAL_ENV" list --format freeze
python -m pip --python "$VIRTUAL_ENV/bin/python" freeze
python -m pip --no-color --disable-pip-version-check --no-input freeze
