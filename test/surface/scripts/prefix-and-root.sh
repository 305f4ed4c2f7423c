# Below another prefix, and below another root, as packagers do.
version=$(python -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
pip install -q --prefix "$PWD/stage" --ignore-installed cowsay
ls stage/bin
ls "stage/lib/$version/site-packages" | grep -v __pycache__ | sort
"stage/bin/cowsay" 2> /dev/null || PYTHONPATH="stage/lib/$version/site-packages" stage/bin/cowsay
pip install -q --root "$PWD/image" --ignore-installed six
find image -name 'six-*.dist-info' | sed 's/.*site-packages/site-packages/'
pip freeze
