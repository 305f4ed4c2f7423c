# Digests of files.
printf 'hello' > hello-1.0-py3-none-any.whl
pip hash hello-1.0-py3-none-any.whl
pip hash -a sha512 hello-1.0-py3-none-any.whl
pip hash --algorithm sha384 hello-1.0-py3-none-any.whl hello-1.0-py3-none-any.whl
pip hash -a md5 hello-1.0-py3-none-any.whl 2> /dev/null || echo "exit $?"
pip hash missing.whl 2> /dev/null || echo "exit $?"
pip hash 2> /dev/null || echo "exit $?"
