# Fetch on one machine, install on another that has no network.
printf '%s\n' 'httpx==0.27.2' 'six' > requirements.txt
pip download -q -r requirements.txt -d house
ls house
pip download -d house -r requirements.txt > told
grep -c 'File was already downloaded' told
pip install -q --no-index --find-links house -r requirements.txt
pip freeze
pip download -q --only-binary=:all: --platform win_amd64 --python-version 3.12 --no-deps -d windows winlib
ls windows
pip download -q --only-binary=:all: --platform macosx_11_0_arm64 --no-deps -d mac winlib 2> /dev/null || echo "exit $?"
pip wheel -q --no-deps -w built six
ls built
