# What a build needs, and what the environment has.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0
sed -i 's/^requires = .*/requires = ["six<1.17"]/' demo/pyproject.toml
sed -i '1i import six; SIX = six.__version__ if hasattr(six, "__version__") else "there"' demo/backend/own_backend.py
pip install -q ./demo && pip freeze | sed 's/ @ .*//'
pip uninstall -q -y demo
pip install -q --no-build-isolation ./demo 2> /dev/null || echo "exit $?"
pip install -q six==1.17.0
pip install -q --no-build-isolation ./demo && pip freeze | sed 's/ @ .*//'
pip uninstall -q -y demo
pip install -q --no-build-isolation --check-build-dependencies ./demo 2> /dev/null || echo "exit $?"
pip install -q six==1.16.0
pip install -q --no-build-isolation --check-build-dependencies ./demo && pip freeze | sed 's/ @ .*//'
pip uninstall -q -y demo
PIP_NO_BUILD_ISOLATION=0 pip install -q ./demo && pip freeze | sed 's/ @ .*//'
echo 'six>=1.17' > limits.txt
pip install -q --build-constraint limits.txt --force-reinstall ./demo 2> /dev/null || echo "exit $?"
echo 'six==1.16.0' > limits.txt
pip install -q --build-constraint limits.txt --force-reinstall ./demo && pip freeze | sed 's/ @ .*//'
