# Taking things out.
pip install -q anyio six cowsay
printf '%s\n' 'six' '# and' 'cowsay>=1 ; python_version > "2"' > out.txt
pip uninstall -q -y -r out.txt
pip freeze
pip uninstall -y six 2> message > /dev/null && echo "exit 0"
grep -c six message
pip uninstall -q -y anyio six 2> /dev/null && pip freeze
pip uninstall -y 2> /dev/null || echo "exit $?"
pip uninstall -y -r missing.txt 2> /dev/null || echo "exit $?"
pip install -q cowsay && echo y | pip uninstall -q cowsay > /dev/null && pip freeze
test -e "$VIRTUAL_ENV/bin/cowsay" || echo gone
pip uninstall -q -y 'not a name' 2> /dev/null || echo "exit $?"
