# What a distribution says of itself, and what it has put where.
pip install -q anyio cowsay
pip show anyio | grep -v '^Location'
echo --
pip show -f cowsay | sed -n '/^Files:/,$p' | grep -v __pycache__ | sort
echo --
pip show anyio idna 2> /dev/null | grep -E '^(Name|---)'
pip show missing 2> message || echo "exit $?"
grep -c missing message
pip show cowsay missing 2> /dev/null | grep '^Name'
pip show 2> /dev/null || echo "exit $?"
pip show --verbose cowsay | sed -n '/^Entry-points:/,$p'
