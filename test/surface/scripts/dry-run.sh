# Look before leaping.
pip install --dry-run httpx > told 2>&1
pip freeze
pip install -q 'httpx<0.28'
pip install -q --dry-run -U httpx
pip freeze | grep httpx
pip install -q --dry-run missing 2> /dev/null || echo "exit $?"
pip install -q --dry-run --no-deps httpx==0.28.1
pip freeze | grep httpx
