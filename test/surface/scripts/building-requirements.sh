# Requirements files with trees, editables and extras of both.
. "${2%/scripts/*}/project.sh"
project one one 1.0
project two two 2.0 'one'
mkdir parts
printf '%s\n' './one[more]' '-e ./two' > parts/requirements.txt
pip install -q -r parts/requirements.txt && pip freeze
pip uninstall -q -y one two six
printf '%s\n' "one @ file://$PWD/one" '-e file://'"$PWD/two" > requirements.txt
pip install -q -r requirements.txt && pip freeze
pip install -q --dry-run --report report.json --force-reinstall --no-deps ./one ./two
python -c 'import json; [print(i["metadata"]["name"], i["download_info"]["dir_info"], i["requested"]) for i in json.load(open("report.json"))["install"]]'
pip install -q ./one ./none 2> /dev/null || echo "exit $?"
pip install -q --no-deps -t target ./one && ls target | grep -v __pycache__
pip check
pip uninstall -q -y one two && pip freeze
