# What is frozen can be installed again, elsewhere, and is the same.
pip install -q httpx 'Django[argon2]'
pip freeze > requirements.txt
cat requirements.txt
pip uninstall -q -y -r requirements.txt
pip freeze
pip install -q -r requirements.txt
pip freeze | diff - requirements.txt && echo same
pip freeze --exclude django --exclude httpx > less.txt
wc -l < less.txt
printf '%s\n' '# the web' 'django' '' 'missing-one' > wanted.txt
pip freeze -r wanted.txt 2> message
grep -c missing-one message
