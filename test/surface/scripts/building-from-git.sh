# A repository by branch, tag, commit and folder inside.
. "${2%/scripts/*}/project.sh"
project repository demo 1.0
project repository/inner inner 3.0
commit repository && git -C repository tag v1
first=$(git -C repository rev-parse HEAD)
project repository demo 2.0
commit repository
at=git+file://$PWD/repository
show() { pip list --format freeze; cat "$VIRTUAL_ENV"/lib/*/site-packages/$1-*.dist-info/direct_url.json; echo; }
without() { sed "s/$first/[FIRST]/g; s/$(git -C repository rev-parse HEAD)/[HEAD]/g"; }
pip install -q "demo @ $at" 2> /dev/null && show demo | without
pip install -q "demo @ $at@v1" 2> /dev/null && show demo | without
pip install -q --force-reinstall "demo @ $at@$first" 2> /dev/null && show demo | without
pip install -q --force-reinstall "$at@main#egg=demo" 2> /dev/null && show demo | without
pip install -q "inner @ $at@v1#subdirectory=inner" 2> /dev/null && show inner | without
pip freeze | without
pip install -q --force-reinstall "demo @ $at@nowhere" 2> /dev/null || echo "exit $?"
pip install -q "none @ git+file://$PWD/none" 2> /dev/null || echo "exit $?"
pip install -q "other @ $at" 2> /dev/null || echo "exit $?"
pip uninstall -q -y demo inner
pip install -q -e "$at@v1#egg=demo" 2> /dev/null && pip list --editable && pip freeze | without
