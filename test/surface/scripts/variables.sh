# Options from the environment, in all spellings of yes and no, and variables inside requirements files.
for yes in 1 true yes on TRUE y t; do
    PIP_DRY_RUN=$yes pip install -q six
done
pip freeze
for no in 0 false no off; do
    PIP_NO_DEPS=$no pip install -q --dry-run anyio > /dev/null && echo "$no is no"
done
PIP_NO_DEPS=perhaps pip install -q six 2> /dev/null || echo "exit $?"
PIP_FORMAT=json pip list
echo
PIP_FORMAT=freeze PIP_EXCLUDE='six idna' pip list
PIP_QUIET=2 pip install six
pip freeze
export WANTED=idna
cat > requirements.txt <<'EOF'
${WANTED}==3.10
# $WANTED and ${lower} are left as they are
EOF
pip install -q -r requirements.txt
pip freeze
PIP_REQUIRE_VIRTUALENV=1 pip install -q h11 && echo inside
PIP_UNHEARD_OF=1 pip freeze > /dev/null && echo fine
PIP_TIMEOUT=soon pip list 2> /dev/null || echo "exit $?"
PIP_RETRIES=often pip install -q h11 2> /dev/null || echo "exit $?"
PIP_EXISTS_ACTION='i x' pip freeze 2> /dev/null || echo "exit $?"
PIP_KEYRING_PROVIDER=none pip freeze 2> /dev/null || echo "exit $?"
PIP_NO_INDEX=perhaps pip list 2> /dev/null || echo "exit $?"
pip list --retries often 2> /dev/null || echo "exit $?"
pip list --use-feature nonsense 2> /dev/null || echo "exit $?"
PIP_USE_FEATURE=fast-deps pip freeze
