# What goes wrong, and with which exit code.
try() { "$@" > /dev/null 2>&1; echo "exit $? of $*"; }
try pip install missing
try pip install 'six==9'
try pip install six==1.16.0 six==1.17.0
try pip install 'six>=1.17' 'six<1.17'
try pip install numba 'numpy==2.3.4'
try pip install
try pip install 'six=1'
try pip install -r missing.txt
try pip install --no-such-option six
try pip install --index-url
try pip install -i http://127.0.0.1:9/simple --retries 0 six
try pip install --no-index six
try pip install future-only
try pip install --pre --only-final six six
try pip install ./folder
mkdir empty
try pip install ./empty
try pip nonsense
try pip
try pip --help
try pip install --help
try pip help install
try pip help nonsense
try pip download missing
try pip wheel missing
try pip lock -o - missing
try pip freeze surplus
try pip check surplus
try pip --version
try pip -q list
try pip list -q -q -q
try pip list --user
try pip freeze --user --path .
try pip search six -i http://127.0.0.1:9/pypi
pip freeze
