# What -U changes, and what it leaves.
pip install -q httpx==0.27.2 idna==3.10 six==1.16.0
pip install -q httpx six
pip freeze
pip install -q -U httpx
pip freeze
pip install -q -U --upgrade-strategy eager httpx
pip freeze
pip install -q --force-reinstall --no-deps six
pip freeze | grep six
pip install -q 'six<1.17' && pip freeze | grep six
pip install -q 'six!=1.16.0' && pip freeze | grep six
pip install -q --upgrade-strategy sometimes six 2> /dev/null || echo "exit $?"
