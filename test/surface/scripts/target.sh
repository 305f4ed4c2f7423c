# Into a plain folder, as for a bundle or a function in a cloud.
pip install -q --target vendor cowsay anyio
PYTHONPATH=vendor python -c 'import anyio, idna, cowsay.main; cowsay.main.main()'
pip list --path vendor --format freeze
pip freeze --path vendor
pip freeze
ls vendor | sort | grep -v __pycache__
pip install -q --upgrade --target vendor six
pip freeze --path vendor | grep six
pip install -q --target vendor --user idna 2> /dev/null || echo "exit $?"
