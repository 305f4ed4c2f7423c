# The ways to list.
pip install -q anyio six==1.16.0
pip list
pip list --format columns
pip list --format freeze
pip list --format json
echo
pip list --not-required
pip list --exclude six --format freeze
pip list --exclude-editable --format freeze
pip list --format yaml 2> /dev/null || echo "exit $?"
pip list --outdated --uptodate 2> /dev/null || echo "exit $?"
pip list surplus 2> /dev/null || echo "exit $?"
