# pip-sync: an environment becomes what is pinned.
try() {
    pip-sync -q --python-executable "$VIRTUAL_ENV/bin/python" "$@" 2> /dev/null
    echo "exit $? of pip-sync -q $*"
}
look() {
    "$VIRTUAL_ENV/bin/python" -c '
import importlib.metadata as metadata
print(*sorted(f"{each.name}=={each.version}" for each in metadata.distributions() if each.name not in ("pip", "setuptools")))
'
}
printf '%s\n' 'six==1.17.0' 'idna==3.11' > requirements.txt
# pip-sync works through the pip of the environment.
"$VIRTUAL_ENV/bin/python" -m ensurepip > /dev/null 2>&1
try -n
try
look
try -n
printf '%s\n' 'six==1.16.0' > requirements.txt
try -n
try
look
printf '%s\n' 'sniffio==1.3.1' > more.txt
try requirements.txt more.txt
look
echo n | try -a requirements.txt > told
grep -c proceed told
look
echo y | try -a requirements.txt > told
look
touch wanted.in
try wanted.in
try missing.txt
rm requirements.txt
try
try --no-such-option
