# pip-compile: what it writes where, and what it keeps.
try() {
    pip-compile -q "$@" 2> /dev/null
    echo "exit $? of pip-compile -q $*"
}
printf '%s\n' 'httpx' 'django[argon2]>=5' > requirements.in
try
cat requirements.txt
try --generate-hashes --annotation-style line -o hashed.txt
cat hashed.txt
try -o plain.txt --no-header --no-annotate --strip-extras requirements.in
cat plain.txt
try -o - --no-header requirements.in
# Pins that are there are kept, unless they are to be upgraded.
echo 'httpx==0.27.2' > requirements.txt
try && grep -A1 httpx== requirements.txt
try -P httpx && grep httpx== requirements.txt
echo 'httpx==0.27.2' > requirements.txt
try -U && grep httpx== requirements.txt
echo 'httpx<0.28' > limits.txt
try -c limits.txt --no-emit-index-url -o limited.txt && cat limited.txt
try -n -o nothing.txt && ls
printf '%s\n' "--index-url $INDEX" '--trusted-host localhost' 'idna' 'setuptools' > options.in
try options.in && cat options.txt
try options.in --allow-unsafe -o unsafe.txt
try options.in --no-emit-options --newline crlf -o windows.txt && tail -1 windows.txt | od -c | tail -3
printf 'idna\r\n' > crlf.in
try crlf.in && tail -1 crlf.txt | od -c | tail -3
try --unsafe-package idna --no-header -o set-aside.txt requirements.in && tail -3 set-aside.txt
try requirements.in crlf.in
try requirements.in crlf.in -o both.txt && tail -4 both.txt
try --no-emit-index-url --pip-args '--no-cache-dir --prefer-binary' -o direct.txt requirements.in && tail -2 direct.txt
CUSTOM_COMPILE_COMMAND='make pins' try -o custom.txt --no-annotate requirements.in && head -8 custom.txt
try nothing.in
try --no-such-option
try --extra a --all-extras
echo nonsense-that-is-nowhere > bad.in
try bad.in
echo 'not a == requirement' > worse.in
try worse.in
ls
