# Constraints limit what is installed and install nothing themselves.
cat > constraints.txt <<'EOF'
idna==3.10
six==1.16.0
EOF
pip install -q -c constraints.txt idna
pip freeze
pip install -q -c constraints.txt 'idna>3.10' 2> /dev/null || echo "exit $?"
PIP_CONSTRAINT=constraints.txt pip install -q -U six
pip freeze
echo 'idna[extra]==3.10' > extras.txt
pip install -q -c extras.txt idna 2> /dev/null || echo "exit $?"
pip install -q -c missing.txt idna 2> /dev/null || echo "exit $?"
