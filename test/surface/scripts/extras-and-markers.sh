# Extras, markers, and names in all their spellings.
pip install -q 'Django[argon2]==5.2.8' 'colorama; sys_platform == "nowhere"' 2> /dev/null
pip freeze
pip install -q 'django[unheard-of]' 2> message && echo "exit 0"
pip install -q 'Typing.Extensions' && pip freeze | grep -i typing
pip install -q 'six >= 1.16, < 2, != 1.17.0' && pip freeze | grep six
pip install -q 'six~=1.17' && pip freeze | grep six
pip install -q "idna @ $FILES/idna-3.11-py3-none-any.whl" && pip freeze | grep -o '^idna @'
pip install -q "$FILES/h11-0.16.0-py3-none-any.whl" && pip freeze | grep -o '^h11 @'
pip install -q h11 && pip freeze | grep -o '^h11 @'
