# More than one place to look.
pip download -q --no-deps -d more six==1.17.0
pip install -q --extra-index-url "$OTHER" elsewhere six && pip freeze
pip install -q -i "$OTHER" idna 2> /dev/null || echo "exit $?"
printf '%s\n' "--index-url $OTHER" "--extra-index-url $INDEX" 'elsewhere' 'h11' > requirements.txt
pip install -q -r requirements.txt && pip freeze
printf '%s\n' '--no-index' '--find-links more' 'six' > offline.txt
pip install -q -U -r offline.txt && pip freeze | grep six
printf '%s\n' '--pre' 'dawn' > early.txt
pip install -q -r early.txt && pip freeze | grep dawn
PIP_EXTRA_INDEX_URL="$OTHER $OTHER/" pip install -q --force-reinstall elsewhere && pip freeze | grep elsewhere
PIP_FIND_LINKS=more pip install -q --no-index --force-reinstall six && pip freeze | grep six
