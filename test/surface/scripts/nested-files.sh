# Requirements files in all their ways: inside folders, in circles, with marks of their encoding, with options per line.
try() {
    pip install -q "$@" 2> /dev/null
    echo "exit $? of $*"
}
mkdir -p a/b
echo '-r b/two.txt' > a/one.txt
printf '%s\n' '-c ../../limits.txt' 'six' > a/b/two.txt
echo 'six<1.17' > limits.txt
try -r a/one.txt
pip freeze
echo '-r circle.txt' > circle.txt
try -r circle.txt
echo '-r base.txt' > indirect.txt
echo 'idna<3.11' > base.txt
try -c indirect.txt idna
pip freeze
printf '\357\273\277six==1.17.0\n' > marked.txt
try -r marked.txt
printf '# -*- coding: latin-1 -*-\nsix==1.16.0 # \351\n' > latin.txt
try -r latin.txt
pip freeze
try -r "file://$PWD/limits.txt"
try -r "$FILES/nothing.txt"
line() {
    printf "$1\n" > line.txt
    pip install -q -r line.txt 2> /dev/null
    echo "exit $? of $1"
}
line '${NOBODY}six==1.17.0'
line 'six --no-such-option'
line '--no-such-option'
line 'six -e .'
line 'six==1.17.0 \\\\\n  ; python_version > "2"'
line 'six==1.17.0#no comment'
line 'six\nsix'
line 'six==1.17.0\nsix==1.16.0'
line 'six==1.17.0\nsix==1.16.0;python_version<"3"'
line 'SIX\nSix>1'
line '--require-hashes\nsix'
line '--only-binary :all:\n--no-binary :none:\nsix'
line '--trusted-host localhost\n--prefer-binary\n--pre\n--use-feature=fast-deps\nsix'
line '# nothing at all'
line './missing-1.0-py3-none-any.whl'
pip freeze
