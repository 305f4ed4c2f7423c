# Whether everything that is required is there and fits.
pip check && echo fine
pip install -q anyio
pip check
pip uninstall -q -y idna
pip check || echo "exit $?"
pip install -q --no-deps idna==2.0
pip check || echo "exit $?"
pip install -q -U idna && pip check
