# Hash-checking mode: what is pinned with its hash is installed, everything else refused.
pip download -q --no-deps -d wheels six==1.17.0
hash=$(pip hash wheels/six-1.17.0-py3-none-any.whl | grep -o 'sha256:[0-9a-f]*')
echo "${#hash}"
echo "six==1.17.0 --hash=$hash" > good.txt
pip install -q -r good.txt
pip freeze
echo "idna==3.11 --hash=sha256:$(printf '0%.0s' $(seq 64))" > bad.txt
pip install -q -r bad.txt 2> message || echo "exit $?"
grep -ci 'hash' message > /dev/null && echo "the message speaks of hashes"
pip install -q --require-hashes idna==3.11 2> /dev/null || echo "exit $?"
# One hash in a file makes all of them necessary.
printf '%s\n' "six==1.17.0 --hash=$hash" 'idna' > mixed.txt
pip install -q -r mixed.txt 2> /dev/null || echo "exit $?"
# The dependencies as well.
pip download -q --no-deps -d wheels anyio==4.12.0
hash=$(pip hash wheels/anyio-4.12.0-py3-none-any.whl | grep -o 'sha256:[0-9a-f]*')
echo "anyio==4.12.0 --hash=$hash" > lonely.txt
pip install -q -r lonely.txt 2> /dev/null || echo "exit $?"
pip install -q --no-deps -r lonely.txt && pip freeze
