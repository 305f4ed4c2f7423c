# Releases that come as source.
. "${2%/scripts/*}/project.sh"
for version in 1.0 2.0; do project demo demo $version && sdist demo house; done
pip download -q --no-deps -d house six==1.17.0
pip install -q --no-index -f house demo && pip freeze
pip install -q --no-index -f house 'demo<2' && pip freeze
python -c 'import demo; print(demo.VALUE)'
pip uninstall -q -y demo
pip install -q --no-index -f house --only-binary :all: demo 2> /dev/null || echo "exit $?"
pip install -q --no-index -f house --only-binary demo demo 2> /dev/null || echo "exit $?"
pip install -q --no-index -f house --no-binary demo -U 'demo[more]' && pip freeze
pip install -q ./house/demo-1.0.tar.gz && pip freeze | sed 's/#.*//'
pip download -q --no-index -f house --no-binary demo --no-deps -d again demo && ls again
pip install -q --no-index -f house --no-binary :all: six 2> /dev/null || echo "exit $?"
pip install -q --no-index -f house --prefer-binary six demo==2.0 && pip freeze
