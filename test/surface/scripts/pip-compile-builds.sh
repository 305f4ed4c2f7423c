# pip-compile: what builds of a project need.
try() {
    pip-compile -q --no-header --no-emit-index-url "$@" 2> /dev/null
    echo "exit $? of $*"
}
mkdir -p backend sub
cat > backend/hooks.py <<'EOF'
import os
def _metadata(folder):
    info = os.path.join(folder, "here-1.dist-info")
    os.mkdir(info)
    with open(os.path.join(info, "METADATA"), "w") as stream:
        stream.write("Metadata-Version: 2.1\nName: Here\nVersion: 1\nRequires-Dist: idna\n")
        stream.write("Provides-Extra: web\nRequires-Dist: sniffio; extra == 'web'\n\n")
    return "here-1.dist-info"
def prepare_metadata_for_build_wheel(folder, settings=None):
    return _metadata(folder)
def get_requires_for_build_wheel(settings=None):
    return ["sniffio>=1"]
def get_requires_for_build_sdist(settings=None):
    return ["sniffio>=1", "certifi"]
def build_wheel(folder, settings=None, metadata=None):
    raise SystemExit(1)
def build_sdist(folder, settings=None):
    raise SystemExit(1)
EOF
cat > pyproject.toml <<'EOF'
[build-system]
requires = ["six"]
build-backend = "hooks"
backend-path = ["backend"]
[project]
name = "Here"
version = "1"
dynamic = ["dependencies", "optional-dependencies"]
EOF
try pyproject.toml && cat requirements.txt
try --extra web pyproject.toml -o web.txt && cat web.txt
try --all-extras pyproject.toml -o web.txt && cat web.txt
for target in wheel sdist editable; do
    try --build-deps-for $target pyproject.toml -o out.txt && cat out.txt
done
try --all-build-deps pyproject.toml -o out.txt && cat out.txt
try --all-build-deps --only-build-deps pyproject.toml -o out.txt && cat out.txt
try --all-build-deps --only-build-deps --annotation-style line pyproject.toml -o out.txt && cat out.txt
try --build-deps-for wheel --build-deps-for sdist --only-build-deps --no-annotate pyproject.toml -o out.txt && cat out.txt
cp -r pyproject.toml backend sub
try --build-deps-for wheel sub/pyproject.toml -o out.txt && cat out.txt
pip-compile -q --all-build-deps --only-build-deps pyproject.toml -o out.txt 2> /dev/null; head -6 out.txt
pip-compile -q --build-deps-for sdist --build-deps-for wheel pyproject.toml -o out.txt 2> /dev/null; head -6 out.txt
try --all-build-deps --build-deps-for wheel pyproject.toml
try --only-build-deps pyproject.toml
try --only-build-deps --all-build-deps --extra web pyproject.toml
try --only-build-deps --all-build-deps --all-extras pyproject.toml
try --build-deps-for nonsense pyproject.toml
echo six > requirements.in
try --all-build-deps requirements.in
