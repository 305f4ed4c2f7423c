# Which versions there are.
pip index versions six 2> /dev/null
pip install -q six==1.16.0
pip index versions six 2> /dev/null
pip index versions sunrise 2> /dev/null || echo "exit $?"
pip index versions --pre sunrise 2> /dev/null
pip index versions --json idna 2> /dev/null
pip index versions missing 2> /dev/null || echo "exit $?"
pip index versions 2> /dev/null || echo "exit $?"
pip index nonsense six 2> /dev/null || echo "exit $?"
