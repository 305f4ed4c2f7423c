import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { laterRefusal } from "#base/refusal";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import type { ProcessRequest } from "#platform/ports";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { RealProcesses } from "#platform/real/processes";
import type { RepositoryEvent } from "./events.ts";
import { checkoutGit, type GitWorld, resolveGit } from "./git.ts";
import { gitDirectUrl, parseGitAddress } from "./git-address.ts";

describe("parseGitAddress()", () => {
  test.each([
    ["git+https://host.example/a/b.git", "https://host.example/a/b.git", undefined, undefined],
    ["git+https://host.example/a/b.git@v1.0", "https://host.example/a/b.git", "v1.0", undefined],
    ["git+ssh://git@host.example/a/b@main#egg=b", "ssh://git@host.example/a/b", "main", undefined],
    ["git+ssh://git@host.example/a", "ssh://git@host.example/a", undefined, undefined],
    [
      "git+https://user:t%40ken@host.example/a@refs/pull/7/head#subdirectory=py/core&egg=a",
      "https://user:t%40ken@host.example/a",
      "refs/pull/7/head",
      "py/core",
    ],
    ["git+file:///srv/a@b@feature%2Fx", "file:///srv/a@b", "feature/x", undefined],
    ["GIT+HTTP://host.example/a#subdirectory=/", "http://host.example/a", undefined, undefined],
  ])("%s", (url, remote, revision, subdirectory) => {
    expect(parseGitAddress(url)).toEqual({ remote, revision, subdirectory });
  });

  test.each([
    ["git+https://host.example/a@", "git-address-invalid"],
    ["git+https://host.example/a@--upload-pack=x", "git-address-invalid"],
    ["git+https://host.example/a@a b", "git-address-invalid"],
    ["git+https://host.example/a#subdirectory=../x", "git-address-invalid"],
    ["git+ext://sh%20-c%20x", "git-address-invalid"],
    ["hg+https://host.example/a", "vcs-unsupported"],
    ["svn+ssh://host.example/a", "vcs-unsupported"],
  ])("%s is refused", (url, code) => {
    expect(() => parseGitAddress(url)).toThrow(expect.objectContaining({ code }));
  });
});

describe("git, asked for what it cannot give", () => {
  const failing = (
    stderr: string,
    calls: ProcessRequest[] = [],
    env: Record<string, string> = {},
  ): GitWorld => ({
    files: new MemoryFiles(),
    hashing: new RealHashing(),
    host: memoryHost({ env }),
    processes: new MemoryProcesses({
      git: (request) => {
        calls.push(request);
        return request.argv.includes("config") ? { status: 1 } : { status: 128, stderr };
      },
    }),
    cache: "/cache",
  });
  const address = parseGitAddress("git+https://ada:s3cret@host.example/a.git@v1");

  test.each([
    [
      "fatal: could not read Username for 'https://host.example': terminal prompts disabled",
      "git-login-needed",
    ],
    ["git@host.example: Permission denied (publickey).", "git-login-needed"],
    ["fatal: unable to access 'https://ada:s3cret@host.example/a.git/': refused", "git-failed"],
  ])("says why and never what is secret: %s", async (stderr, code) => {
    const error = await laterRefusal(resolveGit(address, failing(stderr)));
    expect(error.code).toBe(code);
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });

  test("is given up when it does not answer", async () => {
    const silentGit = new MemoryProcesses({
      git: ({ argv }) =>
        argv.includes("config") ? { status: 1 } : { status: 137, timedOut: true },
    });
    const world = { ...failing("", [], { PKM_HTTP_TIMEOUT: "3" }), processes: silentGit };
    const error = await laterRefusal(resolveGit(address, world));
    expect([error.code, error.why]).toEqual(["git-failed", "it did not answer within 9 seconds"]);
    expect(silentGit.calls.at(-1)?.timeout).toBe(9000);
  });

  test("says that there is no git", async () => {
    const world = { ...failing(""), processes: new MemoryProcesses() };
    expect((await laterRefusal(resolveGit(address, world))).code).toBe("git-missing");
  });

  test("is never asked for what it has not got offline", async () => {
    const world = { ...failing(""), offline: true };
    expect((await laterRefusal(resolveGit(address, world))).code).toBe("git-not-cached");
  });

  test("is told credentials where nobody else reads them, and to ask nobody", async () => {
    const calls: ProcessRequest[] = [];
    const env = { GIT_DIR: "/elsewhere", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "a.b" };
    await laterRefusal(resolveGit(address, failing("fatal: no", calls, env)));
    const asked = calls.find(({ argv }) => argv.includes("ls-remote"));
    expect(asked?.argv.join(" ")).not.toContain("s3cret");
    expect(asked?.argv).toContain("core.hooksPath=/dev/null");
    expect(asked?.env).toMatchObject({
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "",
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_1: "url.https://ada:s3cret@host.example/.insteadOf",
      GIT_CONFIG_VALUE_1: "https://host.example/",
      GIT_SSH_COMMAND: expect.stringMatching(/^ssh -oBatchMode=yes /),
    });
    expect(asked?.env).not.toHaveProperty("GIT_DIR");
  });
});

// Everything else is between git and git: no imagined one would find out.
describe.skipIf(Bun.which("git") === null)("a repository", () => {
  let scratch: string;
  let remote: string;
  let events: RepositoryEvent["type"][];
  let world: GitWorld;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "pkm-git-"));
    remote = join(scratch, "remote");
    mkdirSync(remote);
    git("init", "--quiet", "--initial-branch=main");
    git("config", "uploadpack.allowFilter", "true");
    git("config", "uploadpack.allowAnySHA1InWant", "true");
    events = [];
    world = {
      files: new RealFiles(),
      hashing: new RealHashing(),
      host: memoryHost({ env: { PATH: process.env["PATH"], HOME: scratch } }),
      processes: new RealProcesses(),
      cache: join(scratch, "cache"),
      report: (event) => events.push(event.type),
    };
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  const identity = {
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@host.example",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@host.example",
  };
  function gitIn(folder: string, ...args: string[]): string {
    const env = { ...process.env, ...identity, HOME: scratch };
    return execFileSync("git", args, { cwd: folder, env, encoding: "utf8", stdio: "pipe" }).trim();
  }
  const git = (...args: string[]): string => gitIn(remote, ...args);
  function commit(files: Record<string, string>, message = "change"): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(remote, path)), { recursive: true });
      writeFileSync(join(remote, path), content);
    }
    git("add", "-A");
    git("commit", "--quiet", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  }
  const at = (revision: string): string => `git+file://${remote}${revision}`;
  async function commitOf(revision: string): Promise<string> {
    return (await resolveGit(parseGitAddress(at(revision)), world)).commit;
  }
  let count = 0;
  async function checkOut(revision: string): Promise<string> {
    const folder = join(scratch, `out${count++}`);
    await checkoutGit(await resolveGit(parseGitAddress(at(revision)), world), folder, world);
    return folder;
  }
  const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");

  test("is resolved by default branch, branch, tag, commit, part of one, reference and expression", async () => {
    const first = commit({ "pyproject.toml": "one" });
    git("tag", "-a", "v1", "-m", "annotated");
    git("update-ref", "refs/pull/7/head", first);
    const second = commit({ "pyproject.toml": "two" });
    git("branch", "feature/x", first);
    expect(await commitOf("")).toBe(second);
    expect(await commitOf("@main")).toBe(second);
    expect(await commitOf("@feature/x")).toBe(first);
    expect(await commitOf("@v1")).toBe(first);
    expect(await commitOf("@refs/pull/7/head")).toBe(first);
    // Not one of these needed more than the list of references.
    expect(events).toEqual([]);
    expect(await commitOf(`@${first.slice(0, 7)}`)).toBe(first);
    expect(await commitOf("@main~1")).toBe(first);
    expect(await commitOf(`@${first.toUpperCase()}`)).toBe(first);
  });

  test("is laid out with history and tags, by which backends tell versions", async () => {
    commit({ "pyproject.toml": "one", "src/a.py": "a" });
    git("tag", "v1");
    const second = commit({ "src/a.py": "b" });
    const folder = await checkOut("@main");
    expect(read(folder, "src/a.py")).toBe("b");
    expect(gitIn(folder, "describe", "--tags")).toStartWith("v1-1-g");
    expect(gitIn(folder, "rev-parse", "HEAD")).toBe(second);
    expect(gitIn(folder, "status", "--porcelain")).toBe("");
    expect(gitIn(folder, "config", "remote.origin.url")).toBe(`file://${remote}`);
    gitIn(folder, "fsck");
  });

  test("is fetched once for a commit; every folder is a copy of its own", async () => {
    commit({ "setup.py": "one" });
    const folder = await checkOut("");
    writeFileSync(join(folder, "setup.py"), "changed by a build");
    events.length = 0;
    expect(read(await checkOut(""), "setup.py")).toBe("one");
    expect(events).toEqual([]);
  });

  test("has its tags moved, its branches removed, and a pinned commit stays what it was", async () => {
    const first = commit({ "setup.py": "one" });
    git("tag", "v1");
    expect(read(await checkOut("@v1"), "setup.py")).toBe("one");
    commit({ "setup.py": "two" });
    git("tag", "-f", "v1");
    expect(read(await checkOut("@v1"), "setup.py")).toBe("two");
    expect(read(await checkOut(`@${first}`), "setup.py")).toBe("one");
  });

  test("gives a commit that no branch has any more", async () => {
    commit({ "setup.py": "one" });
    const lost = commit({ "setup.py": "lost" });
    git("reset", "--hard", "--quiet", "HEAD~1");
    expect(read(await checkOut(`@${lost}`), "setup.py")).toBe("lost");
  });

  test("serves from the cache when pkm is offline, as it was seen last", async () => {
    const first = commit({ "setup.py": "one" });
    await checkOut("");
    commit({ "setup.py": "two" });
    world = { ...world, offline: true };
    expect(await commitOf("")).toBe(first);
    expect(await commitOf(`@${first.slice(0, 8)}`)).toBe(first);
    rmSync(remote, { recursive: true });
    expect(read(await checkOut(""), "setup.py")).toBe("one");
    expect((await laterRefusal(commitOf("@v9"))).code).toBe("git-not-cached");
    expect((await laterRefusal(checkOut(`@${"0".repeat(40)}`))).code).toBe("git-not-cached");
  });

  test("without the revision says which there are", async () => {
    commit({ "setup.py": "one" });
    git("tag", "v1.0.1");
    const error = await laterRefusal(commitOf("@v1.0.2"));
    expect(error.code).toBe("git-revision-unknown");
    expect(error.fix).toEqual(["did you mean `v1.0.1`?"]);
    expect((await laterRefusal(checkOut(`@${"0".repeat(40)}`))).code).toBe("git-revision-unknown");
  });

  test("that is not there leaves nothing behind", async () => {
    rmSync(remote, { recursive: true });
    expect((await laterRefusal(commitOf(""))).code).toBe("git-failed");
    expect((await laterRefusal(checkOut(`@${"0".repeat(40)}`))).code).toBe("git-failed");
    expect(existsSync(join(scratch, "out-none"))).toBe(false);
    const left = readdirSync(join(scratch, "cache"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => /new-|checkouts/.test(name))).toEqual([]);
  });

  test("brings its submodules along, those of this machine only if the user lets git do that", async () => {
    const inner = join(scratch, "inner");
    mkdirSync(inner);
    gitIn(inner, "init", "--quiet");
    writeFileSync(join(inner, "inner.py"), "inner");
    gitIn(inner, "add", "-A");
    gitIn(inner, "commit", "--quiet", "-m", "inner");
    commit({ "setup.py": "outer" });
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "lib");
    commit({});
    const error = await laterRefusal(checkOut(""));
    expect(error.what).toStartWith("Cannot fetch the submodules of");
    gitIn(scratch, "config", "--global", "protocol.file.allow", "always");
    const folder = await checkOut("");
    expect(read(folder, "lib/inner.py")).toBe("inner");
    expect(gitIn(join(folder, "lib"), "status", "--porcelain")).toBe("");
  });

  test("runs nothing: neither hooks of the user's templates nor what it says itself", async () => {
    const hooks = join(scratch, "template/hooks");
    mkdirSync(hooks, { recursive: true });
    for (const hook of ["post-checkout", "reference-transaction", "post-index-change"])
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${scratch}/ran\n`, { mode: 0o755 });
    gitIn(scratch, "config", "--global", "init.templateDir", join(scratch, "template"));
    gitIn(scratch, "config", "--global", "core.hooksPath", hooks);
    commit({ "setup.py": "one", ".gitattributes": "*.py filter=evil\n" });
    rmSync(join(scratch, "ran"), { force: true });
    await checkOut("");
    expect(existsSync(join(scratch, "ran"))).toBe(false);
  });

  test("warns when files are kept by git-lfs, and that is not there", async () => {
    commit({ "setup.py": "one", "big.bin": "pointer" });
    writeFileSync(join(remote, ".gitattributes"), "*.bin filter=lfs\n");
    git("-c", "filter.lfs.clean=cat", "add", "-A");
    git("commit", "--quiet", "-m", "lfs");
    const bin = join(scratch, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "git-lfs"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    world = { ...world, host: memoryHost({ env: { PATH: path, HOME: scratch } }) };
    await checkOut("");
    expect(events).toContain("git-lfs-missing");
    const pulled = `#!/bin/sh\n[ "$1" = pull ] && echo large > big.bin\nexit 0\n`;
    writeFileSync(join(bin, "git-lfs"), pulled, { mode: 0o755 });
    rmSync(join(scratch, "cache"), { recursive: true });
    expect(read(await checkOut(""), "big.bin")).toBe("large\n");
  });

  test("is taken up again after a process was killed in the middle", async () => {
    commit({ "setup.py": "one" });
    await checkOut("");
    const [kept = ""] = readdirSync(join(scratch, "cache/git-v1"));
    const database = join(scratch, "cache/git-v1", kept, "database");
    writeFileSync(join(database, "packed-refs.lock"), "");
    writeFileSync(join(database, "HEAD"), "");
    commit({ "setup.py": "two" });
    expect(read(await checkOut(""), "setup.py")).toBe("two");
  });

  test("is fetched by two at the same time without harm", async () => {
    commit({ "setup.py": "one" });
    const folders = await Promise.all([checkOut(""), checkOut("@main"), checkOut("")]);
    for (const folder of folders) expect(read(folder, "setup.py")).toBe("one");
  });

  test("is fetched from a plain web server as well", async () => {
    const first = commit({ "setup.py": "one" });
    git("update-server-info");
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ url }) => {
        const file = Bun.file(join(remote, ".git", new URL(url).pathname));
        return file.size > 0 ? new Response(file) : new Response("none", { status: 404 });
      },
    });
    try {
      const address = parseGitAddress(`git+http://127.0.0.1:${server.port}/@main`);
      const source = await resolveGit(address, world);
      expect(source.commit).toBe(first);
      await checkoutGit(source, join(scratch, "served"), world);
      expect(read(join(scratch, "served"), "setup.py")).toBe("one");
    } finally {
      void server.stop(true);
    }
  });

  test("is written down as PEP 610 has it", async () => {
    const first = commit({ "setup.py": "one" });
    git("tag", "v1");
    const address = parseGitAddress(`${at("@v1")}#subdirectory=sub`);
    expect(gitDirectUrl(await resolveGit(address, world))).toEqual({
      url: `file://${remote}`,
      subdirectory: "sub",
      source: { kind: "vcs", vcs: "git", commitId: first, requestedRevision: "v1" },
    });
  });
});
