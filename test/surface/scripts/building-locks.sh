# Locks that hold trees, archives and what they need.
. "${2%/scripts/*}/project.sh"
project demo demo 1.0 'six<1.17'
entries() {
  python - "$1" <<'END'
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    for package in tomllib.load(file)["packages"]:
        sdist = package.get("sdist", {})
        print(package["name"], package.get("version"), package.get("directory"), sdist.get("name"),
              sorted(sdist.get("hashes", {})), [wheel["name"] for wheel in package.get("wheels", [])])
END
}
pip lock -q ./demo 2> /dev/null && entries pylock.toml
pip lock -q -e ./demo -o pylock.editable.toml 2> /dev/null && entries pylock.editable.toml
(cd demo && pip lock -q . 2> /dev/null && entries pylock.toml)
sdist demo house
pip lock -q --no-index -f house --no-deps demo -o pylock.sdist.toml 2> /dev/null && entries pylock.sdist.toml
