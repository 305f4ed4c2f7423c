# Wheels by their address, and what is remembered of it.
pip download -q -d w six
digest=$(sha256sum w/six-1.17.0-py3-none-any.whl | cut -c1-64)
report() {
    pip install -q --dry-run --ignore-installed --report - "$@" 2> /dev/null | python -c '
import json, sys
for entry in json.load(sys.stdin)["install"]:
    print(json.dumps(entry, sort_keys=True))
'
}
report "six @ $FILES/six-1.17.0-py3-none-any.whl"
report ./w/six-1.17.0-py3-none-any.whl
report --no-index -f w six
report parsley==2.0.0
remembered() {
    pip install -q --force-reinstall "$@"
    cat "$VIRTUAL_ENV"/lib/python3*/site-packages/six*/direct_url.json 2> /dev/null || echo nothing
    echo
    pip freeze
}
remembered ./w/six-1.17.0-py3-none-any.whl
remembered "six @ $FILES/six-1.17.0-py3-none-any.whl"
remembered "$FILES/six-1.17.0-py3-none-any.whl#sha256=$digest"
remembered six
ls "$VIRTUAL_ENV"/lib/python3*/site-packages/six-1.17.0.dist-info
