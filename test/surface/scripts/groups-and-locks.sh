# Dependency groups, scripts and locks.
cat > pyproject.toml <<'EOF'
[project]
name = "here"
version = "1"
dependencies = ["six"]
[dependency-groups]
test = ["idna"]
dev = [{include-group = "test"}, "h11"]
EOF
pip install -q --group dev
pip freeze
pip install -q --group missing 2> /dev/null || echo "exit $?"
mkdir other && sed 's/"idna"/"sniffio"/' pyproject.toml > other/pyproject.toml
pip install -q --group other/pyproject.toml:test && pip freeze | grep sniffio
pip lock -q anyio -o pylock.toml 2> /dev/null
python - <<'EOF'
import re
text = open("pylock.toml").read()
print(re.findall(r'^\[\[packages\]\]\nname = "(.*)"', text, re.M), re.findall(r'^lock-version = "(.*)"', text, re.M))
EOF
pip uninstall -q -y idna
pip install -q -r pylock.toml 2> /dev/null && pip freeze
cat > script.py <<'EOF'
# /// script
# dependencies = ["cowsay"]
# ///
EOF
pip install -q --requirements-from-script script.py && pip freeze | grep cowsay
