# Backends that are not what they should be leave things as they were.
. "${2%/scripts/*}/project.sh"
project good demo 1.0
pip install -q ./good
try() { pip install -q --force-reinstall "$@" > /dev/null 2>&1; echo "exit $?"; pip freeze | sed 's/ @ .*//'; ls; }
broken() { rm -rf bad && project bad demo 2.0 && cat > bad/backend/own_backend.py; }
echo 'import nowhere' | broken && try ./bad
echo '1 / 0' | broken && try ./bad
printf 'def build_wheel(*a, **k):\n    raise SystemExit(3)\n' | broken && try ./bad
printf 'def build_wheel(*a, **k):\n    return "none-1.0-py3-none-any.whl"\n' | broken && try ./bad
printf 'def build_sdist(*a, **k):\n    pass\n' | broken && try ./bad
printf '[build-system]\nrequires = 1\n' > bad/pyproject.toml && try ./bad
printf '[build-system]\nbuild-backend = "own_backend"\n' > bad/pyproject.toml && try ./bad
printf '[build-system]\nrequires = ["nowhere-to-be-found"]\nbuild-backend = "x"\n' > bad/pyproject.toml && try ./bad
rm bad/pyproject.toml && try ./bad
project other demo 3.0 && sed -i 's/^def build_editable/def no_editable/' other/backend/own_backend.py && try -e ./other
