import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { type CraftedMember, extraField } from "#archive/crafted-zip";
import { type CraftedWheel, craftWheel } from "#distribution/crafted-wheel";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, sitePackages, snapshot } from "../support/folder.ts";
import { type IndexFile, fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { Sandbox } from "../support/pkm.ts";
import { pipWords } from "../support/workplace.ts";
import { makeWheel } from "../support/wheel-maker.ts";

/** How a wheel comes into the index, and what must be said of it. */
type Story = {
  readonly title: string;
  readonly wheel: CraftedWheel;
  readonly change?: (bytes: Uint8Array) => Uint8Array;
  readonly file?: Partial<IndexFile>;
  readonly code: string | RegExp;
  readonly says?: readonly (string | RegExp)[];
};

const plain = (name: string): CraftedMember => ({ name, content: "x = 1\n" });

const stories: Story[] = [
  {
    title: "cut in the middle",
    wheel: {},
    change: (bytes) => bytes.slice(0, bytes.length >> 1),
    code: /^(archive|wheel)-/,
  },
  {
    title: "with one byte flipped in a member",
    wheel: { files: { "demo/__init__.py": "abcdefghijklmnopqrstuvwxyz\n" } },
    change: (bytes) => {
      const copy = bytes.slice();
      const at = Buffer.from(copy).indexOf("mnop");
      copy[at] = 0x4d;
      return copy;
    },
    code: /^(archive|record)-/,
  },
  {
    title: "that is no zip at all",
    wheel: {},
    change: () => Buffer.from("<html>not here</html>"),
    code: /^archive-/,
  },
  { title: "of no bytes", wheel: {}, change: () => new Uint8Array(), code: /^archive-/ },
  {
    title: "whose RECORD has another hash",
    wheel: { record: { "demo/__init__.py": `demo/__init__.py,sha256=${"A".repeat(43)},0` } },
    code: "record-mismatch",
    says: ["demo/__init__.py"],
  },
  {
    title: "whose RECORD has another size",
    wheel: {
      files: { "demo/__init__.py": "x\n" },
      record: {
        "demo/__init__.py": `demo/__init__.py,sha256=${createHash("sha256").update("x\n").digest("base64url")},7`,
      },
    },
    code: "record-mismatch",
    says: ["demo/__init__.py"],
  },
  {
    title: "whose RECORD leaves a file out",
    wheel: { record: { "demo/__init__.py": null } },
    code: "record-mismatch",
    says: ["demo/__init__.py"],
  },
  {
    title: "whose RECORD names a file that is not there",
    wheel: { record: { "demo/ghost.py": `demo/ghost.py,sha256=${"A".repeat(43)},3` } },
    code: "record-mismatch",
    says: ["demo/ghost.py"],
  },
  {
    title: "whose RECORD gives no hash for a file",
    wheel: { record: { "demo/__init__.py": "demo/__init__.py,," } },
    code: "record-mismatch",
    says: ["demo/__init__.py"],
  },
  {
    title: "whose RECORD uses MD5",
    wheel: {
      record: {
        "demo/__init__.py": `demo/__init__.py,md5=${createHash("md5").update("").digest("base64url")},0`,
      },
    },
    code: "record-mismatch",
  },
  {
    title: "without RECORD",
    wheel: { without: ["RECORD"] },
    code: /^(wheel|record)-/,
    says: ["RECORD"],
  },
  {
    title: "without METADATA",
    wheel: { without: ["METADATA"] },
    code: /^(wheel|metadata)-/,
    says: ["METADATA"],
  },
  { title: "without WHEEL", wheel: { without: ["WHEEL"] }, code: /^wheel-/, says: ["WHEEL"] },
  {
    title: "of a newer wheel version",
    wheel: { wheel: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" },
    code: /wheel/,
    says: ["2.0"],
  },
  { title: "whose WHEEL is no such file", wheel: { wheel: "hello\n" }, code: /wheel/ },
  {
    title: "with two dist-info folders",
    wheel: { members: [plain("other-1.0.dist-info/METADATA")] },
    code: /^wheel-/,
  },
  ...[
    "../outside.py",
    "demo/../../outside.py",
    "/etc/outside.py",
    "C:/outside.py",
    "..\\outside.py",
    "demo\\..\\..\\outside.py",
    "demo//x.py",
    "./demo/x.py",
    "demo/x.py\u0000.txt",
    "\\\\server\\share\\x.py",
  ].map((name): Story => ({
    title: `with a member ${JSON.stringify(name)}`,
    wheel: { members: [plain(name)] },
    code: /^(archive-unsafe|wheel-invalid|invalid-record)$/,
  })),
  {
    title: "with a symbolic link",
    wheel: { members: [{ name: "demo/link", content: "/etc/passwd", mode: 0o120777 }] },
    code: /^(archive|wheel)-/,
    says: ["demo/link"],
  },
  {
    title: "with a device",
    wheel: { members: [{ name: "demo/device", content: "", mode: 0o020666 }] },
    code: /^(archive|wheel)-/,
    says: ["demo/device"],
  },
  {
    title: "with a data folder that leads out",
    wheel: { members: [plain("demo-1.0.data/purelib/../../../x.py")] },
    code: /^(archive|wheel)-/,
  },
  {
    title: "with a data scheme nobody knows",
    wheel: { members: [plain("demo-1.0.data/nonsense/x.py")] },
    code: /^wheel-/,
    says: ["nonsense"],
  },
  {
    title: "with one member twice",
    wheel: { members: [plain("demo/x.py"), plain("demo/x.py")] },
    code: /^(archive|wheel)-/,
    says: ["demo/x.py"],
  },
  {
    title: "with a file that is also a folder",
    wheel: { members: [plain("demo/x"), plain("demo/x/y.py")] },
    code: /^(archive|wheel|file)-/,
    says: ["demo/x"],
  },
  {
    title: "whose headers disagree about a name",
    wheel: { members: [{ ...plain("demo/x.py"), local: { name: "demo/y.py" } }] },
    code: /^archive-/,
  },
  {
    title: "whose headers disagree about a size",
    wheel: { members: [{ ...plain("demo/x.py"), local: { size: 3 } }] },
    code: /^archive-/,
  },
  {
    title: "whose headers disagree about a method",
    wheel: { members: [{ ...plain("demo/x.py"), local: { method: 8 } }] },
    code: /^archive-/,
  },
  {
    title: "with a member that the directory does not name",
    wheel: { members: [{ ...plain("demo/x.py"), hidden: true }] },
    code: /^(archive|record)-/,
  },
  {
    title: "with bytes before the first member",
    wheel: { archive: { before: Buffer.from("#!/bin/sh\n") } },
    code: /^archive-/,
  },
  {
    title: "with bytes behind its end",
    wheel: { archive: { after: Buffer.from("PK trailing") } },
    code: /^archive-/,
  },
  {
    title: "with another zip behind it",
    wheel: { archive: { after: craftWheel() } },
    code: /^archive-/,
  },
  {
    title: "whose end counts fewer members",
    wheel: { archive: { end: { count: 1 } } },
    code: /^archive-/,
  },
  {
    title: "with an end of 64 bits that disagrees",
    wheel: { archive: { zip64: { count: 1 } } },
    code: /^archive-/,
  },
  { title: "on several disks", wheel: { archive: { end: { disk: 1 } } }, code: /^archive-/ },
  {
    title: "that is encrypted",
    wheel: { members: [{ ...plain("demo/x.py"), both: { flags: 0x801 } }] },
    code: /^archive-/,
  },
  {
    title: "with another name in an extra field",
    wheel: {
      members: [
        {
          ...plain("demo/x.py"),
          central: {
            extra: extraField(
              0x7075,
              Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from("demo/evil.py")]),
            ),
          },
        },
      ],
    },
    code: /^(archive|wheel)-/,
  },
  {
    title: "with a member in BZIP2",
    wheel: { members: [{ ...plain("demo/x.py"), both: { method: 12 } }] },
    code: /^archive-/,
  },
  {
    title: "whose metadata is of another project",
    wheel: { metadata: "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n" },
    code: "metadata-of-another",
    says: ["other"],
  },
  {
    title: "whose metadata is of another version",
    wheel: { metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 9.9\n" },
    code: "metadata-of-another",
    says: ["9.9"],
  },
  {
    title: "whose metadata has no name",
    wheel: { metadata: "Metadata-Version: 2.1\nVersion: 1.0\n" },
    code: /metadata/,
  },
  {
    title: "whose metadata is of a newer major version",
    wheel: { metadata: "Metadata-Version: 3.0\nName: demo\nVersion: 1.0\n" },
    code: /metadata|no-solution/,
    says: ["3.0"],
  },
  {
    title: "with a script called python",
    wheel: { entryPoints: "[console_scripts]\npython = demo:main\n" },
    code: "script-name-reserved",
  },
  {
    title: "with a script that leaves its folder",
    wheel: { entryPoints: "[console_scripts]\n../evil = demo:main\n" },
    code: "wheel-invalid",
    says: ["../evil"],
  },
  {
    title: "with an entry point that is code",
    wheel: { entryPoints: "[console_scripts]\nrun = demo:main;import os\n" },
    code: "wheel-invalid",
    says: ["entry_points.txt"],
  },
  {
    title: "with broken entry points",
    wheel: { entryPoints: "[console_scripts\nx\n" },
    code: "wheel-invalid",
    says: ["entry_points.txt"],
  },
  {
    title: "whose page promises another hash",
    wheel: {},
    file: { sha256: "0".repeat(64) },
    code: /hash/,
    says: ["0000000000", /[0-9a-f]{64}/],
  },
];

let sandbox: Sandbox;
let environment: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  environment = await sandbox.environment();
});
afterAll(() => sandbox.remove());

function indexWith(wheel: CraftedWheel, story: Partial<Story> = {}): TestIndex {
  const honest = craftWheel(wheel);
  const bytes = story.change?.(honest) ?? honest;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  // The page tells the truth about the file, and the sidecar is that of an honest wheel: only the wheel is bad.
  const metadata = `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >=3.8\n`;
  const demo: IndexFile = {
    filename: "demo-1.0-py3-none-any.whl",
    bytes,
    sha256,
    metadata,
    ...story.file,
  };
  return serveIndex([demo, fileOf(makeWheel({ name: "good", version: "1.0" }))]);
}

const install = (index: TestIndex, ...words: string[]): ReturnType<Sandbox["pkm"]> =>
  sandbox.pkm(pipWords("install", environment, index, ...words));

describe("a wheel is refused, and the environment and everything around it stay as they were", () => {
  for (const story of stories)
    test(story.title, async () => {
      const index = indexWith(story.wheel, story);
      const before = {
        environment: snapshot(environment),
        home: snapshot(sandbox.env.HOME as string),
      };
      try {
        const run = await install(index, "demo", "good");
        expectRefusal(run, story.code, "demo", ...(story.says ?? []));
        expect({
          environment: snapshot(environment),
          home: snapshot(sandbox.env.HOME as string),
        }).toEqual(before);
        expect(existsSync(join(sandbox.work, "outside.py"))).toBe(false);
        expect(existsSync(join(sandbox.folder, "outside.py"))).toBe(false);
        // Nothing half-unpacked stays behind in the cache either.
        const staging = join(sandbox.env.PKM_CACHE_DIR as string, "staging");
        expect(existsSync(staging) ? readdirSync(staging) : []).toEqual([]);
      } finally {
        index.stop();
        if (installedIn(environment).length > 0)
          await sandbox.pkm(["pip", "uninstall", "demo", "good", "--python", environment]);
      }
    });

  test("the same without sidecars, when the metadata comes out of the wheel itself", async () => {
    for (const title of [
      "whose metadata is of another project",
      "cut in the middle",
      "without METADATA",
    ]) {
      const story = stories.find((one) => one.title === title) as Story;
      const index = indexWith(story.wheel, {
        ...story,
        file: { ...story.file, metadata: undefined },
      });
      try {
        expectRefusal(await install(index, "demo"), /./, "demo");
        expect(installedIn(environment)).toEqual([]);
      } finally {
        index.stop();
      }
    }
  });

  test("an honest wheel made the same way is installed", async () => {
    const index = indexWith({});
    try {
      expectSuccess(await install(index, "demo", "--target", join(sandbox.work, "honest")));
    } finally {
      index.stop();
    }
  });

  test("a sidecar of another project or version is not believed", async () => {
    for (const metadata of [
      "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
      "Metadata-Version: 2.1\nName: demo\nVersion: 2.0\n",
      "nothing of the kind",
      "",
    ]) {
      const index = indexWith({}, { file: { metadata } });
      try {
        expectRefusal(await install(index, "demo"), /./, "demo");
        expect(installedIn(environment)).toEqual([]);
      } finally {
        index.stop();
      }
    }
  });
});

describe("a local wheel is held to the same rules", () => {
  test("traversal", async () => {
    sandbox.write(
      "demo-1.0-py3-none-any.whl",
      craftWheel({ members: [plain("../../outside.py")] }),
    );
    const run = await sandbox.pkm([
      "pip",
      "install",
      "--python",
      environment,
      "./demo-1.0-py3-none-any.whl",
    ]);
    expectRefusal(run, "archive-unsafe", "demo-1.0-py3-none-any.whl", "../../outside.py");
  });

  test("a name that is no wheel's", async () => {
    sandbox.write("demo.whl", craftWheel());
    expectRefusal(
      await sandbox.pkm(["pip", "install", "--python", environment, "./demo.whl"]),
      /./,
      "demo.whl",
    );
  });

  test("a hash in the address that does not fit", async () => {
    const path = sandbox.write("hashed/demo-1.0-py3-none-any.whl", craftWheel());
    const word = `demo @ file://${path}#sha256=${"0".repeat(64)}`;
    const run = await sandbox.pkm(["pip", "install", "--python", environment, word]);
    expectRefusal(run, /hash/, "demo");
    expect(installedIn(environment)).toEqual([]);
  });
});

describe("case and spelling", () => {
  test("two members that differ only in case are two files where the system tells them apart", async () => {
    const index = indexWith({ members: [plain("demo/Name.py"), plain("demo/name.py")] });
    try {
      const run = await install(index, "demo");
      if (run.status === 0) {
        expect(readdirSync(join(sitePackages(environment), "demo")).sort()).toContain("Name.py");
        expect(existsSync(join(sitePackages(environment), "demo", "name.py"))).toBe(true);
      } else expectRefusal(run, /fold|case|unsafe/, "ame.py");
    } finally {
      index.stop();
      await sandbox.pkm(["pip", "uninstall", "demo", "--python", environment]);
    }
  });
});

describe("bombs cost neither memory nor disk", () => {
  /** Memory in KiB that the heaviest child has needed, by `/usr/bin/time` or Python's resource module. */
  const measured = async (
    words: readonly string[],
  ): Promise<{ run: Awaited<ReturnType<Sandbox["pkm"]>>; peak: number }> => {
    const script = [
      "import resource, subprocess, sys",
      "code = subprocess.call(sys.argv[1:])",
      "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)",
      "sys.exit(code)",
    ].join("\n");
    const { pkmCommand } = await import("../support/pkm.ts");
    const run = await sandbox.run(["python3", "-c", script, ...pkmCommand, ...words]);
    const peak = Number(/PEAK (\d+)/.exec(run.stderr)?.[1]);
    return { run: { ...run, stderr: run.stderr.replace(/PEAK \d+\n/, "") }, peak };
  };

  const cacheSize = (): number => {
    let total = 0;
    const walk = (folder: string): void => {
      if (!existsSync(folder)) return;
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path);
        else total += statSync(path).size;
      }
    };
    walk(sandbox.env.PKM_CACHE_DIR as string);
    return total;
  };

  const zeros = new Uint8Array(64 << 20);
  const bomb = deflateRawSync(zeros, { level: 9 });

  test("a member that unpacks to more than it says", async () => {
    const member: CraftedMember = {
      name: "demo/bomb.bin",
      content: "x",
      deflated: bomb,
      both: { size: 1000 },
    };
    const index = indexWith({
      members: [member],
      record: { "demo/bomb.bin": "demo/bomb.bin,sha256=A,1000" },
    });
    const before = cacheSize();
    try {
      const { run, peak } = await measured(pipWords("install", environment, index, "demo"));
      expectRefusal(run, /^(archive|invalid-record|record)/, "demo");
      expect(peak).toBeLessThan(300 << 10);
      expect(cacheSize() - before).toBeLessThan(2 << 20);
    } finally {
      index.stop();
    }
  });

  test("members that share their bytes", async () => {
    // A quoted zip: many directory entries for one place (Fifield's bomb).
    const names = Array.from({ length: 200 }, (_, at) => `demo/b${at}.bin`);
    const first: CraftedMember = {
      name: names[0] as string,
      deflated: bomb,
      both: { size: zeros.length, crc32: crc32(zeros) },
    };
    const overlapping: CraftedMember[] = [
      first,
      ...names.slice(1).map((name): CraftedMember => ({
        name,
        content: "",
        central: { offset: 0, size: zeros.length, compressedSize: bomb.length },
      })),
    ];
    const index = indexWith({
      members: overlapping,
      record: Object.fromEntries(names.map((name) => [name, `${name},sha256=A,${zeros.length}`])),
    });
    const before = cacheSize();
    try {
      const { run, peak } = await measured(pipWords("install", environment, index, "demo"));
      expectRefusal(run, /^(archive|invalid-record|record)/, "demo");
      expect(peak).toBeLessThan(300 << 10);
      expect(cacheSize() - before).toBeLessThan(2 << 20);
    } finally {
      index.stop();
    }
  });

  test("a sidecar without end", async () => {
    const wheel = makeWheel({ name: "demo", version: "1.0" });
    const index = serveIndex([fileOf(wheel)], {
      intercept: (request) =>
        request.url.endsWith(".metadata")
          ? new Response(
              new ReadableStream({
                pull: (controller) => controller.enqueue(new Uint8Array(1 << 20).fill(0x20)),
              }),
            )
          : undefined,
    });
    try {
      const { run, peak } = await measured(pipWords("install", environment, index, "demo"));
      expect(peak).toBeLessThan(600 << 10);
      if (run.status !== 0) expectRefusal(run, /./, "demo");
    } finally {
      index.stop();
    }
  });
});
