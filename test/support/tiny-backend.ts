import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Sandbox } from "./pkm.ts";

/**
 * A backend of the standard library that lies in the tree it builds. It writes files with the time of the moment,
 * unless SOURCE_DATE_EPOCH says otherwise, and prints while it works, as backends do.
 */
const backend = `
import base64, gzip, hashlib, io, os, tarfile, time, zipfile

NAME, VERSION = "tiny", "1.0"
METADATA = "Metadata-Version: 2.2\\nName: tiny\\nVersion: 1.0\\n"


def moment():
    return float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))


def build_wheel(folder, config_settings=None, metadata_directory=None):
    print("building a wheel with", config_settings)
    filename = f"{NAME}-{VERSION}-py3-none-any.whl"
    info = f"{NAME}-{VERSION}.dist-info"
    with open("tiny.py", "rb") as file:
        members = {"tiny.py": file.read()}
    if config_settings:
        members["told.txt"] = repr(config_settings).encode()
    if os.environ.get("TINY_RANDOM"):
        members["random.txt"] = os.urandom(16).hex().encode()
    members[f"{info}/METADATA"] = METADATA.encode()
    members[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    )
    rows = []
    for name, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        rows.append(f"{name},sha256={digest},{len(content)}\\n")
    rows.append(f"{info}/RECORD,,\\n")
    members[f"{info}/RECORD"] = "".join(rows).encode()
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, time.gmtime(moment())[:6])
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return filename


def build_sdist(folder, config_settings=None):
    filename = f"{NAME}-{VERSION}.tar.gz"
    stem = f"{NAME}-{VERSION}"
    with gzip.GzipFile(os.path.join(folder, filename), "w", mtime=int(moment())) as packed, \\
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        def add(name, content):
            member = tarfile.TarInfo(f"{stem}/{name}")
            member.size, member.mtime = len(content), int(moment())
            tar.addfile(member, io.BytesIO(content))

        add("PKG-INFO", METADATA.encode())
        for name in ["pyproject.toml", "tiny.py", "backend/tiny_backend.py"]:
            with open(name, "rb") as file:
                add(name, file.read())
    return filename
`;

const project = `[build-system]
requires = []
build-backend = "tiny_backend"
backend-path = ["backend"]
`;

/** A project \`tiny\` 1.0 below the work folder; answers its path. */
export function tinyProject(sandbox: Sandbox, folder: string = "tiny"): string {
  sandbox.write(`${folder}/pyproject.toml`, project);
  sandbox.write(`${folder}/tiny.py`, "VALUE = 1\n");
  sandbox.write(`${folder}/backend/tiny_backend.py`, backend);
  return join(sandbox.work, folder);
}

/** Makes a folder a repository with one commit, on a branch `main` with the given tags. */
export function commitAll(folder: string, ...tags: readonly string[]): void {
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=Ada", "-c", "user.email=ada@host.example"];
    execFileSync("git", [...who, ...args], { cwd: folder, stdio: "ignore" });
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", "-A");
  git("commit", "--quiet", "-m", "change");
  for (const tag of tags) git("tag", "--force", tag);
}
