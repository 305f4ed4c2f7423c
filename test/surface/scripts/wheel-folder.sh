# Wheels from a folder: by their path, by a URL, and by name without any index.
pip download -q -d wheels anyio six
ls wheels
pip install -q --no-deps ./wheels/six-1.17.0-py3-none-any.whl
pip freeze
pip install -q "idna @ file://$PWD/wheels/idna-3.11-py3-none-any.whl"
pip install -q --no-index --find-links wheels anyio
pip list --format=freeze
pip install -q --no-index --find-links "file://$PWD/wheels" 'h11' 2> /dev/null || echo "exit $?"
pip install -q --no-index --find-links=wheels --dry-run idna==9 2> /dev/null || echo "exit $?"
pip freeze | sed 's/#sha256=.*//'
pip install -q ./wheels/nothing-1.0-py3-none-any.whl 2> /dev/null || echo "exit $?"
pip install -q ./wheels/six-1.17.0-py2-none-any.whl 2> /dev/null || echo "exit $?"
cp wheels/six-1.17.0-py3-none-any.whl six.whl
pip install -q ./six.whl 2> /dev/null || echo "exit $?"
