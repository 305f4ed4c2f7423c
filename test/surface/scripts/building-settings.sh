# What a person tells a backend.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0
told() { cat "$VIRTUAL_ENV"/lib/*/site-packages/demo_told.txt 2> /dev/null || echo nothing; }
pip install -q ./demo && told
pip install -q --force-reinstall --config-settings a=1 ./demo && told
pip install -q --force-reinstall -C a=1 -C a=2 -C --flag=x=y ./demo && told
pip install -q --force-reinstall -C a ./demo 2> /dev/null || echo "exit $?"
echo './demo --config-settings "b=from file"' > requirements.txt
pip install -q --force-reinstall -r requirements.txt && told
sdist demo house
printf '%s\n' '--no-index' '--find-links house' 'demo==1.0 --config-settings c=3 --config-settings c=4' > requirements.txt
pip install -q --force-reinstall -r requirements.txt && told
pip wheel -q -w built -C d=5 ./demo && python -m zipfile -l built/demo-1.0-py3-none-any.whl | grep -c told
sed -i 's/^def prepare_metadata/def no_metadata/' demo/backend/own_backend.py
echo './demo --config-settings "e=6"' > requirements.txt
pip install -q --force-reinstall -r requirements.txt && told
