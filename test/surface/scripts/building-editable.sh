# Trees that stay where they are.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0
pip install -q -e ./demo
pip list --editable
pip list --format json
pip freeze
python -c 'import demo; print(demo.VALUE, demo.__file__)'
cat "$VIRTUAL_ENV"/lib/*/site-packages/demo-1.0.dist-info/direct_url.json; echo
(cd demo && pip install -q -e '.[more]' && pip freeze | grep six)
pip show demo | grep -E '^(Name|Version|Editable)'
pip install -q ./demo && pip list --editable && pip freeze | grep '^demo'
pip uninstall -q -y demo && pip list --format freeze
pip install -q -e ./none 2> /dev/null || echo "exit $?"
pip install -q -e six 2> /dev/null || echo "exit $?"
