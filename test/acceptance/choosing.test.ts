import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectRefusal, expectSuccess, pins } from "../support/answers.ts";
import { type IndexFile, fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { makeWheel, type WheelRecipe } from "../support/wheel-maker.ts";

let sandbox: Sandbox;
let environment: string;
const open: TestIndex[] = [];
beforeAll(async () => {
  sandbox = new Sandbox();
  environment = await sandbox.environment();
});
afterAll(() => {
  for (const index of open) index.stop();
  sandbox.remove();
});

const file = (
  name: string,
  version: string,
  more: Partial<WheelRecipe & IndexFile> = {},
): IndexFile => {
  const { requires, requiresPython, extras, tag, yanked, uploadTime } = more;
  const recipe = Object.fromEntries(
    Object.entries({ name, version, requires, requiresPython, extras, tag }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as unknown as WheelRecipe;
  return fileOf(makeWheel(recipe), {
    ...(yanked === undefined ? {} : { yanked }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
  });
};

const serve = (...files: IndexFile[]): string => {
  const index = serveIndex(files);
  open.push(index);
  return index.url;
};

let counter = 0;
async function compile(
  url: string | readonly string[],
  asked: string,
  ...words: string[]
): Promise<Finished> {
  const name = `asked${++counter}.in`;
  sandbox.write(name, asked);
  const where = typeof url === "string" ? ["--index-url", url] : url;
  return sandbox.pkm([
    "pip",
    "compile",
    name,
    "--no-header",
    "--no-annotate",
    "--python",
    environment,
    ...where,
    ...words,
  ]);
}

/** What is chosen, one pin a line. */
async function chosen(
  url: string | readonly string[],
  asked: string,
  ...words: string[]
): Promise<string[]> {
  const run = await compile(url, asked, ...words);
  expectSuccess(run);
  return pins(run.stdout);
}

describe("several indexes", () => {
  const wheelhouse = (name: string, version: string): string => {
    const made = makeWheel({ name, version });
    const folder = `house-${name}-${version}`;
    sandbox.write(`${folder}/${made.filename}`, made.bytes);
    return join(sandbox.work, folder);
  };

  test("the first that knows a name wins whole, whichever has the higher version", async () => {
    const low = serve(file("demo", "1.0"));
    const high = serve(file("demo", "99.0"), file("only", "3.0"));
    expect(await chosen(["--extra-index-url", low, "--index-url", high], "demo\nonly\n")).toEqual([
      "demo==1.0",
      "only==3.0",
    ]);
    expect(await chosen(["--index-url", high, "--extra-index-url", low], "demo\nonly\n")).toEqual([
      "demo==1.0",
      "only==3.0",
    ]);
    expect(await chosen(["--extra-index-url", high, "--index-url", low], "demo\n")).toEqual([
      "demo==99.0",
    ]);
  });

  test("extra indexes are asked in their order", async () => {
    const a = serve(file("demo", "1.0"));
    const b = serve(file("demo", "2.0"));
    const c = serve(file("demo", "3.0"));
    expect(
      await chosen(["--extra-index-url", b, "--extra-index-url", a, "--index-url", c], "demo\n"),
    ).toEqual(["demo==2.0"]);
    expect(
      await chosen(["--extra-index-url", a, "--extra-index-url", b, "--index-url", c], "demo\n"),
    ).toEqual(["demo==1.0"]);
  });

  test("a version that only the second index has is not found, and the error says where it looked", async () => {
    const first = serve(file("demo", "1.0"));
    const second = serve(file("demo", "2.0"));
    const run = await compile(["--extra-index-url", first, "--index-url", second], "demo>=2\n");
    expectRefusal(run, "no-solution", "demo");
  });

  test("the name asked of the first index is not asked of the second when the first knows it", async () => {
    const first = serve(file("private", "1.0"));
    const second = serveIndex([file("private", "9.0")]);
    open.push(second);
    await chosen(["--extra-index-url", first, "--index-url", second.url], "private\n");
    expect(second.requests.filter((request) => request.includes("private"))).toEqual([]);
  });

  test("unsafe-best-match is pip's way", async () => {
    const low = serve(file("demo", "1.0"));
    const high = serve(file("demo", "99.0"));
    for (const order of [
      ["--extra-index-url", low, "--index-url", high],
      ["--extra-index-url", high, "--index-url", low],
    ])
      expect(await chosen([...order, "--index-strategy", "unsafe-best-match"], "demo\n")).toEqual([
        "demo==99.0",
      ]);
  });

  test("--find-links merges with the index: the newer file wins, wherever it lies", async () => {
    const index = serve(file("demo", "2.0"));
    expect(
      await chosen(["--index-url", index, "--find-links", wheelhouse("demo", "1.0")], "demo\n"),
    ).toEqual(["demo==2.0"]);
    expect(
      await chosen(["--index-url", index, "--find-links", wheelhouse("demo", "3.0")], "demo\n"),
    ).toEqual(["demo==3.0"]);
  });

  test("--no-index leaves the links alone", async () => {
    const index = serveIndex([file("demo", "9.0")]);
    open.push(index);
    const run = await chosen(
      ["--no-index", "--find-links", wheelhouse("demo", "3.0"), "--index-url", index.url],
      "demo\n",
    );
    expect(run).toEqual(["demo==3.0"]);
    expect(index.requests).toEqual([]);
  });

  test("--find-links takes a page as well, and the address of a folder", async () => {
    const made = makeWheel({ name: "demo", version: "4.0" });
    const page = serveIndex([fileOf(made)], {
      intercept: (request) =>
        request.url.endsWith("/links.html")
          ? new Response(
              `<a href="files/${made.filename}#sha256=${made.sha256}">${made.filename}</a>`,
              {
                headers: { "content-type": "text/html" },
              },
            )
          : undefined,
    });
    open.push(page);
    expect(
      await chosen(
        ["--no-index", "--find-links", page.url.replace("/simple", "/links.html")],
        "demo\n",
      ),
    ).toEqual(["demo==4.0"]);
    expect(
      await chosen(["--no-index", "--find-links", `file://${wheelhouse("demo", "3.0")}`], "demo\n"),
    ).toEqual(["demo==3.0"]);
  });

  test("a folder that is not there is named", async () => {
    const run = await compile(["--no-index", "--find-links", "nowhere"], "demo\n");
    expectRefusal(run, /./, "nowhere");
  });

  test("options in a requirements file count: index, links, no-index", async () => {
    const index = serve(file("demo", "1.0"), file("more", "1.0"));
    const other = serve(file("demo", "2.0"));
    const house = wheelhouse("local", "5.0");
    expect(
      await chosen(
        [],
        `--index-url ${index}\n--extra-index-url ${other}\n--find-links ${house}\ndemo\nmore\nlocal\n`,
      ),
    ).toEqual(["demo==2.0", "local==5.0", "more==1.0"]);
  });

  test("the output is the same whichever index answers first", async () => {
    const slow = serveIndex([file("demo", "1.0")], {
      intercept: async () => {
        await Bun.sleep(150);
        return undefined as never;
      },
    });
    open.push(slow);
    const quick = serve(file("demo", "2.0"));
    expect(await chosen(["--extra-index-url", slow.url, "--index-url", quick], "demo\n")).toEqual([
      "demo==1.0",
    ]);
  });
});

describe("yanked files", () => {
  const files = [
    file("demo", "1.0"),
    file("demo", "2.0", { yanked: "it eats files" }),
    file("other", "1.0"),
  ];

  test("are passed over", async () => {
    expect(await chosen(serve(...files), "demo\n")).toEqual(["demo==1.0"]);
    expect(await chosen(serve(...files), "demo>=1\n")).toEqual(["demo==1.0"]);
  });

  test("are taken when pinned, with a warning that gives the reason", async () => {
    for (const pin of ["demo==2.0", "demo===2.0"]) {
      const run = await compile(serve(...files), `${pin}\n`);
      expectSuccess(run);
      expect(pins(run.stdout)).toEqual(["demo==2.0"]);
      expect(run.stderr).toContain("it eats files");
    }
  });

  test("are not taken by a range that only they fit, and the error says why", async () => {
    expectRefusal(await compile(serve(...files), "demo>=2\n"), "no-solution", "yanked");
    expectRefusal(await compile(serve(...files), "demo==2.*\n"), "no-solution", "yanked");
  });

  test("are not taken because a dependency wants them", async () => {
    const url = serve(...files, file("user", "1.0", { requires: ["demo>=2"] }));
    expectRefusal(await compile(url, "user\n"), "no-solution", "yanked");
  });
});

describe("pre-releases", () => {
  const mixed = [
    file("demo", "1.0"),
    file("demo", "2.0rc1"),
    file("early", "0.1a1"),
    file("early", "0.1.dev3"),
    file("user", "1.0", { requires: ["demo>=2.0rc1"] }),
  ];

  test("a stable version is preferred, even where the requirement names a pre-release", async () => {
    const url = serve(...mixed, file("demo", "2.0"), file("demo", "2.1rc1"));
    expect(await chosen(url, "demo\n")).toEqual(["demo==2.0"]);
    expect(await chosen(url, "demo>=2.0rc1\n")).toEqual(["demo==2.0"]);
  });

  test("one is taken when no stable one fits", async () => {
    const url = serve(...mixed);
    expect(await chosen(url, "early\n")).toEqual(["early==0.1a1"]);
    expect(await chosen(url, "demo>=2.0rc1\n")).toEqual(["demo==2.0rc1"]);
    expect(await chosen(url, "demo==2.0rc1\n")).toEqual(["demo==2.0rc1"]);
    expect(await chosen(url, "user\n")).toContain("demo==2.0rc1");
  });

  test("a policy is obeyed", async () => {
    const url = serve(...mixed);
    expect(await chosen(url, "demo\n", "--pre")).toEqual(["demo==2.0rc1"]);
    expect(await chosen(url, "demo\n", "--prerelease", "allow")).toEqual(["demo==2.0rc1"]);
    expect(await chosen(url, "demo\n", "--prerelease=allow")).toEqual(["demo==2.0rc1"]);
    expect(await chosen(url, "demo\n", "--prerelease", "explicit")).toEqual(["demo==1.0"]);
    expect(await chosen(url, "demo>=2.0rc1\n", "--prerelease", "explicit")).toEqual([
      "demo==2.0rc1",
    ]);
    expectRefusal(
      await compile(url, "early\n", "--prerelease", "disallow"),
      "no-solution",
      "early",
    );
    expectRefusal(
      await compile(url, "demo>=2.0rc1\n", "--prerelease", "disallow"),
      "no-solution",
      "demo",
    );
    expectRefusal(await compile(url, "user\n", "--prerelease", "explicit"), "no-solution", "demo");
  });

  test("<2.0 admits neither 2.0rc1 nor 2.0.dev1", async () => {
    const url = serve(file("demo", "2.0rc1"), file("demo", "2.0.dev1"), file("demo", "1.9"));
    expect(await chosen(url, "demo<2.0\n", "--pre")).toEqual(["demo==1.9"]);
  });
});

describe("dates", () => {
  const dated = [
    file("demo", "1.0", { uploadTime: "2024-01-01T00:00:00Z" }),
    file("demo", "2.0", { uploadTime: "2025-06-15T12:00:00.123456Z" }),
    file("demo", "3.0", { uploadTime: "2026-01-01T00:00:00Z" }),
  ];

  test("--exclude-newer takes dates, times and offsets", async () => {
    const url = serve(...dated);
    expect(await chosen(url, "demo\n", "--exclude-newer", "2024-12-31")).toEqual(["demo==1.0"]);
    expect(await chosen(url, "demo\n", "--exclude-newer", "2025-06-15")).toEqual(["demo==2.0"]);
    expect(await chosen(url, "demo\n", "--exclude-newer", "2025-06-15T12:00:00Z")).toEqual([
      "demo==1.0",
    ]);
    expect(await chosen(url, "demo\n", "--exclude-newer", "2025-06-15T14:00:01+02:00")).toEqual([
      "demo==2.0",
    ]);
    expect(await chosen(url, "demo\n", "--exclude-newer=2030-01-01")).toEqual(["demo==3.0"]);
    expect(await chosen(url, "demo\n", "--exclude-newer", "7 days")).toEqual(["demo==3.0"]);
  });

  test("a failure names the date limit", async () => {
    expectRefusal(
      await compile(serve(...dated), "demo>=2\n", "--exclude-newer", "2024-12-31"),
      "no-solution",
      /2024-12-31|newer|date/,
    );
  });
});

describe("strategies", () => {
  const files = [
    ...["1.0", "1.5", "2.0"].map((version) => file("top", version, { requires: ["base>=1"] })),
    ...["0.5", "1.0", "1.5", "2.0"].map((version) => file("base", version)),
  ];

  test("highest, lowest, lowest-direct", async () => {
    const url = serve(...files);
    expect(await chosen(url, "top>=1.5\n")).toEqual(["base==2.0", "top==2.0"]);
    expect(await chosen(url, "top>=1.5\n", "--resolution", "lowest")).toEqual([
      "base==1.0",
      "top==1.5",
    ]);
    expect(await chosen(url, "top>=1.5\n", "--resolution=lowest-direct")).toEqual([
      "base==2.0",
      "top==1.5",
    ]);
  });

  test("constraints limit and add nothing", async () => {
    const url = serve(...files);
    sandbox.write("limits.txt", "base<1.5\nnobody==7\n");
    expect(await chosen(url, "top\n", "-c", "limits.txt")).toEqual(["base==1.0", "top==2.0"]);
    sandbox.write("nested.in", "-c limits.txt\ntop\n");
    expect(await chosen(url, "-c limits.txt\ntop\n")).toEqual(["base==1.0", "top==2.0"]);
  });

  test("overrides replace what anybody requires", async () => {
    const url = serve(...files);
    sandbox.write("over.txt", "base==0.5\n");
    expect(await chosen(url, "top\n", "--override", "over.txt")).toEqual(["base==0.5", "top==2.0"]);
  });

  test("--no-deps", async () => {
    expect(await chosen(serve(...files), "top\n", "--no-deps")).toEqual(["top==2.0"]);
  });

  test("pins of the output file are kept until they are to be upgraded", async () => {
    const url = serve(...files);
    sandbox.write("out.txt", "base==1.0\ntop==1.5\n");
    const run = async (...words: string[]): Promise<string[]> => {
      sandbox.write("asked.in", "top\n");
      expectSuccess(
        await sandbox.pkm([
          "pip",
          "compile",
          "asked.in",
          "-o",
          "out.txt",
          "--no-header",
          "--no-annotate",
          "--index-url",
          url,
          "--python",
          environment,
          ...words,
        ]),
      );
      return pins(await Bun.file(join(sandbox.work, "out.txt")).text());
    };
    expect(await run()).toEqual(["base==1.0", "top==1.5"]);
    expect(await run("--upgrade-package", "base")).toEqual(["base==2.0", "top==1.5"]);
    expect(await run("-U")).toEqual(["base==2.0", "top==2.0"]);
  });
});

describe("Python and platform", () => {
  const tagged = [
    file("native", "1.0", { tag: "py3-none-any" }),
    file("native", "2.0", { tag: "cp312-cp312-manylinux_2_17_x86_64" }),
    file("native", "3.0", { tag: "cp313-cp313-macosx_11_0_arm64" }),
    file("native", "4.0", { tag: "cp312-cp312-win_amd64" }),
    file("old", "1.0", { requiresPython: ">=3.6" }),
    file("old", "2.0", { requiresPython: ">=3.13" }),
    file("marked", "1.0", {
      requires: ["native; sys_platform == 'win32'", "old; python_version < '3.10'"],
    }),
  ];

  test("--python-version and --python-platform choose other files and other markers", async () => {
    const url = serve(...tagged);
    const on = (version: string, platform: string, asked: string): Promise<string[]> =>
      chosen(url, asked, "--python-version", version, "--python-platform", platform);
    expect(await on("3.12", "linux", "native\n")).toEqual(["native==2.0"]);
    expect(await on("3.12", "x86_64-unknown-linux-gnu", "native\n")).toEqual(["native==2.0"]);
    expect(await on("3.12", "x86_64-manylinux2014", "native\n")).toEqual(["native==2.0"]);
    expect(await on("3.12", "x86_64-manylinux_2_28", "native\n")).toEqual(["native==2.0"]);
    expect(await on("3.12", "aarch64-manylinux_2_28", "native\n")).toEqual(["native==1.0"]);
    expect(await on("3.12", "x86_64-unknown-linux-musl", "native\n")).toEqual(["native==1.0"]);
    expect(await on("3.12", "windows", "native\n")).toEqual(["native==4.0"]);
    expect(await on("3.12", "x86_64-pc-windows-msvc", "native\n")).toEqual(["native==4.0"]);
    expect(await on("3.13", "macos", "native\n")).toEqual(["native==3.0"]);
    expect(await on("3.13", "aarch64-apple-darwin", "native\n")).toEqual(["native==3.0"]);
    expect(await on("3.12", "x86_64-apple-darwin", "native\n")).toEqual(["native==1.0"]);
    expect(await on("3.12", "windows", "marked\n")).toEqual(["marked==1.0", "native==4.0"]);
    expect(await on("3.9.7", "linux", "marked\n")).toEqual(["marked==1.0", "old==1.0"]);
    expect(await on("3.11", "linux", "marked\n")).toEqual(["marked==1.0"]);
  });

  test("Requires-Python decides", async () => {
    const url = serve(...tagged);
    expect(await chosen(url, "old\n", "--python-version", "3.12")).toEqual(["old==1.0"]);
    expect(await chosen(url, "old\n", "--python-version=3.13.1")).toEqual(["old==2.0"]);
    const run = await compile(url, "old>=2\n", "--python-version", "3.12");
    expectRefusal(run, "no-solution", "old", "3.13");
    expect(run.stderr.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(
      await chosen(url, "old>=2\n", "--python-version", "3.12", "--ignore-requires-python"),
    ).toEqual(["old==2.0"]);
  });

  test("what one platform lacks is said with the platform", async () => {
    const url = serve(file("native", "2.0", { tag: "cp312-cp312-win_amd64" }));
    expectRefusal(
      await compile(url, "native\n", "--python-version", "3.12", "--python-platform", "linux"),
      "no-solution",
      "native",
    );
  });

  test("--only-binary and --no-binary", async () => {
    const url = serve(...tagged);
    expect(
      await chosen(
        url,
        "native\n",
        "--only-binary",
        ":all:",
        "--python-version",
        "3.12",
        "--python-platform",
        "linux",
      ),
    ).toEqual(["native==2.0"]);
    expectRefusal(await compile(url, "native\n", "--no-binary", "native"), "no-solution", "native");
    expectRefusal(await compile(url, "native\n", "--no-binary", ":all:"), "no-solution", "native");
  });
});

describe("extras and names", () => {
  const files = [
    file("demo", "1.0", {
      extras: ["fast", "Slow-Path"],
      requires: ["turbo; extra == 'fast'", "snail; extra == 'slow-path'", "always"],
    }),
    file("turbo", "1.0"),
    file("snail", "1.0"),
    file("always", "1.0"),
  ];

  test("extras are normalised, and unknown ones are warned of", async () => {
    const url = serve(...files);
    expect(await chosen(url, "demo[fast]\n")).toEqual(["always==1.0", "demo==1.0", "turbo==1.0"]);
    expect(await chosen(url, "Demo[slow_PATH]\n")).toEqual([
      "always==1.0",
      "demo==1.0",
      "snail==1.0",
    ]);
    const run = await compile(url, "demo[nonesuch]\n");
    expectSuccess(run);
    expect(run.stderr).toContain("nonesuch");
  });

  test("names are compared normalised", async () => {
    const url = serve(
      file("zope.interface", "5.0"),
      file("User_Of", "1.0", { requires: ["Zope-Interface"] }),
    );
    expect(await chosen(url, "user.of\n")).toEqual(["user-of==1.0", "zope-interface==5.0"]);
  });

  test("local versions: a public requirement takes them, a pin without one as well", async () => {
    const url = serve(file("torch", "2.0+cpu"), file("torch", "1.0"));
    expect(await chosen(url, "torch\n")).toEqual(["torch==2.0+cpu"]);
    expect(await chosen(url, "torch==2.0\n")).toEqual(["torch==2.0+cpu"]);
    expect(await chosen(url, "torch==2.0+cpu\n")).toEqual(["torch==2.0+cpu"]);
  });
});

describe("a failure", () => {
  test("names both sides in at most eight lines", async () => {
    const url = serve(
      file("left", "1.0", { requires: ["shared<2"] }),
      file("right", "1.0", { requires: ["shared>=2"] }),
      file("shared", "1.0"),
      file("shared", "2.0"),
    );
    const run = await compile(url, "left\nright\n");
    expectRefusal(run, "no-solution", "left", "right", "shared");
    expect(run.stderr.trim().split("\n").length).toBeLessThanOrEqual(8);
    expect(run.stdout).toBe("");
  });

  test("a project that nobody has", async () => {
    expectRefusal(await compile(serve(), "nonesuch\n"), "no-solution", "nonesuch");
  });

  test("a version that nobody has names what there is", async () => {
    expectRefusal(
      await compile(serve(file("demo", "1.0"), file("demo", "1.1")), "demo==3\n"),
      "no-solution",
      "demo",
      "1.1",
    );
  });

  test("leaves an output file as it was", async () => {
    sandbox.write("kept.txt", "demo==1.0\n");
    sandbox.write("bad.in", "demo==3\n");
    const run = await sandbox.pkm([
      "pip",
      "compile",
      "bad.in",
      "-o",
      "kept.txt",
      "--index-url",
      serve(file("demo", "1.0")),
    ]);
    expectRefusal(run, "no-solution");
    expect(await Bun.file(join(sandbox.work, "kept.txt")).text()).toBe("demo==1.0\n");
  });
});

describe("the compiled output", () => {
  test("is on stdout alone, or in the file alone", async () => {
    const url = serve(file("demo", "1.0"));
    sandbox.write("asked.in", "demo\n");
    const words = ["pip", "compile", "asked.in", "--index-url", url];
    const shown = await sandbox.pkm(words);
    expectSuccess(shown);
    expect(pins(shown.stdout)).toEqual(["demo==1.0"]);
    expect(shown.stdout).toMatch(/^# /);
    const written = await sandbox.pkm([...words, "-o", "written.txt"]);
    expectSuccess(written);
    expect(written.stdout).toBe("");
    expect(pins(await Bun.file(join(sandbox.work, "written.txt")).text())).toEqual(["demo==1.0"]);
    const quiet = await sandbox.pkm([...words, "-q"]);
    expect(quiet.stderr).toBe("");
  });

  test("with --generate-hashes can be installed with --require-hashes", async () => {
    const url = serve(file("demo", "1.0", { requires: ["other"] }), file("other", "2.0"));
    const run = await compile(url, "demo\n", "--generate-hashes");
    expectSuccess(run);
    expect(run.stdout.match(/--hash=sha256:[0-9a-f]{64}/g)?.length).toBe(2);
    sandbox.write("hashed.txt", run.stdout);
    const target = join(sandbox.work, "hashed-target");
    expectSuccess(
      await sandbox.pkm([
        "pip",
        "install",
        "-r",
        "hashed.txt",
        "--require-hashes",
        "--python",
        environment,
        "--target",
        target,
        "--index-url",
        url,
      ]),
    );
  });

  test("is read from standard input", async () => {
    const run = await sandbox.pkm(
      ["pip", "compile", "-", "--no-header", "--index-url", serve(file("demo", "1.0"))],
      { input: "demo\n" },
    );
    expectSuccess(run);
    expect(pins(run.stdout)).toEqual(["demo==1.0"]);
  });

  test("--universal answers for all platforms", async () => {
    expect(await chosen(serve(file("demo", "1.0")), "demo\n", "--universal")).toEqual([
      "demo==1.0",
    ]);
  });
});
