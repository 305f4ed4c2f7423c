# Wheels of trees, sdists and what they need.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0 'six<1.17'
pip wheel -q ./demo
ls
pip wheel -q --no-deps -w only ./demo
ls only
sdist demo sdists
pip wheel -q -w from-sdist sdists/demo-1.0.tar.gz
ls from-sdist
(cd demo && pip wheel -q --no-deps -w ../here . && ls ../here)
pip wheel -q --no-deps -w linked --no-index -f sdists demo
ls linked
pip install -q --no-index -f from-sdist demo && pip freeze
pip wheel -q ./none 2> /dev/null || echo "exit $?"
ls -A demo
