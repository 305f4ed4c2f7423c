# Sourced by scripts: `project FOLDER NAME VERSION [REQUIREMENT...]` makes a project with a backend of its own, which is
# built without an index. What the backend is told it writes into NAME_told.txt.
project() {
  local folder=$1 name=$2 version=$3
  shift 3
  mkdir -p "$folder/backend"
  printf '[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["backend"]\n' \
    > "$folder/pyproject.toml"
  printf 'VALUE = "%s"\n' "$version" > "$folder/$name.py"
  { printf 'Metadata-Version: 2.2\nName: %s\nVersion: %s\n' "$name" "$version"
    printf 'Provides-Extra: more\nRequires-Dist: six; extra == "more"\n'
    [ $# -eq 0 ] || printf 'Requires-Dist: %s\n' "$@"
  } > "$folder/METADATA"
  cat > "$folder/backend/own_backend.py" <<'EOF'
import base64, hashlib, io, json, os, sys, tarfile, zipfile

with open("METADATA") as file:
    METADATA = file.read()
FIELDS = dict(line.split(": ", 1) for line in METADATA.splitlines())
NAME, VERSION = FIELDS["Name"], FIELDS["Version"]
INFO = f"{NAME}-{VERSION}.dist-info"
WHEEL = "Wheel-Version: 1.0\nGenerator: own\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder, members):
    members = {**members, f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": WHEEL}
    rows = ""
    for name, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
        rows += f"{name},sha256={digest.rstrip('=')},{len(text.encode())}\n"
    members[f"{INFO}/RECORD"] = rows + f"{INFO}/RECORD,,\n"
    filename = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return filename


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, INFO))
    with open(os.path.join(folder, INFO, "METADATA"), "w") as file:
        file.write(METADATA)
    return INFO


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open(f"{NAME}.py") as file:
        members = {f"{NAME}.py": file.read()}
    if config_settings:
        members[f"{NAME}_told.txt"] = json.dumps(config_settings, sort_keys=True) + "\n"
    return write_wheel(folder, members)


def build_editable(folder, config_settings=None, metadata_directory=None):
    return write_wheel(folder, {f"_{NAME}.pth": os.getcwd() + "\n"})


def build_sdist(folder, config_settings=None):
    filename = f"{NAME}-{VERSION}.tar.gz"
    with tarfile.open(os.path.join(folder, filename), "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name in ["pyproject.toml", "METADATA", f"{NAME}.py", "backend/own_backend.py"]:
            tar.add(name, f"{NAME}-{VERSION}/{name}")
        info = tarfile.TarInfo(f"{NAME}-{VERSION}/PKG-INFO")
        info.size = len(METADATA.encode())
        tar.addfile(info, io.BytesIO(METADATA.encode()))
    return filename


if __name__ == "__main__":
    build_sdist(sys.argv[1])
EOF
}

# The sdist of a project's folder, in another.
sdist() {
  mkdir -p "$2"
  (to=$(realpath "$2") && cd "$1" && "$VIRTUAL_ENV/bin/python" backend/own_backend.py "$to")
}

# A commit with everything in a folder, as nobody in particular.
commit() {
  (cd "$1" && [ -d .git ] || git init --quiet --initial-branch=main
   git add -A && git -c user.name=A -c user.email=a@host.example commit --quiet --allow-empty -m change)
}
