# Constraints that bear on trees and on what they need.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0 six
echo 'six==1.16.0' > limits.txt
pip install -q -c limits.txt ./demo && pip freeze | sed 's/ @ .*//'
echo 'demo==1.0' > limits.txt
pip install -q --force-reinstall --no-deps -c limits.txt ./demo && pip freeze | sed 's/ @ .*//'
echo 'demo==2.0' > limits.txt
pip install -q --force-reinstall -c limits.txt ./demo 2> /dev/null || echo "exit $?"
sdist demo house
pip uninstall -q -y demo
echo "demo @ file://$PWD/house/demo-1.0.tar.gz" > limits.txt
pip install -q -c limits.txt demo && pip freeze | sed 's/#.*//'
PIP_CONSTRAINT=missing.txt pip install -q ./demo 2> /dev/null || echo "exit $?"
