# Requirements files: comments, continued lines, files that name files, constraints, and options inside.
cat > base.txt <<'EOF'
# What everything else stands on.
anyio>=4 \
    ,<5
idna   # a comment behind a requirement
EOF
cat > limits.txt <<'EOF'
idna<3.11
h11
EOF
cat > requirements.txt <<'EOF'
-r base.txt
-c limits.txt

httpcore==1.0.9 ; python_version >= "3"
typing_extensions; python_version < "3"
EOF
pip install -q -r requirements.txt
pip freeze
printf '%s\n' 'nested==1' > sub.txt
printf '%s\n' '-r nowhere.txt' > broken.txt
pip install -q -r broken.txt 2> message || echo "exit $?"
grep -q nowhere.txt message && echo "the message names the file"
echo 'idna===' > wrong.txt
pip install -q -r wrong.txt 2> message || echo "exit $?"
echo 'six' | pip install -q -r /dev/stdin
pip freeze | grep six
