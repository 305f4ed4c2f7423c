# pip's configuration: written and read by command, by file, and by variables.
unset PIP_INDEX_URL
pip config list --user
pip config set global.index-url "$INDEX" > /dev/null
pip config set install.no-deps yes > /dev/null
pip config get global.index-url
pip config list --user
pip install -q anyio
pip freeze
pip config unset install.no-deps > /dev/null
pip config get install.no-deps 2> /dev/null || echo "exit $?"
pip config unset install.no-deps 2> /dev/null || echo "exit $?"
pip config nonsense 2> /dev/null || echo "exit $?"
pip config set no-section 1 2> /dev/null || echo "exit $?"
pip config set --site global.timeout 7 > /dev/null
PIP_TIMEOUT=9 pip config list --site
grep timeout "$VIRTUAL_ENV/pip.conf"
pip install -q --isolated -i "$INDEX" six && pip freeze | grep six
