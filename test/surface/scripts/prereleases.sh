# Versions that are not final, and those that were taken back.
pip install -q sunrise 2> /dev/null; echo "exit $?"
pip uninstall -q -y sunrise 2> /dev/null
pip install -q --pre sunrise && pip freeze
pip install -q 'dawn' && pip freeze | grep dawn
pip install -q --pre -U dawn && pip freeze | grep dawn
pip install -q 'dawn==2.0b1' && pip freeze | grep dawn
pip install -q parsley && pip freeze | grep parsley
pip install -q parsley==2.0.0 2> /dev/null && pip freeze | grep parsley
PIP_PRE=1 pip index versions dawn 2> /dev/null
