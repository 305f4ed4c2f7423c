import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MemoryFiles } from "#platform/memory/files";
import { normalizeName } from "#standards/name";
import type { InstalledDistribution } from "./environment.ts";
import {
  installedDistributions,
  mayRequire,
  readDirectUrl,
  readInstalled,
  readInstalledAgain,
  readInstaller,
  readMetadata,
  readRecord,
  readRequested,
} from "./installed.ts";
import { surveyInstalled } from "./survey.ts";

const site = "/env/lib/python3.12/site-packages";

function metadata(name: string, version: string, more: string = ""): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${more}\nA description.\nName: not-this\n`;
}

function survey(tree: Readonly<Record<string, string>>, sitePackages: readonly string[] = [site]) {
  return surveyInstalled({ sitePackages }, { files: new MemoryFiles(tree) });
}

const brief = ({ kind, displayName, version }: InstalledDistribution) =>
  `${kind} ${displayName} ${version}`;

describe("readInstalled()", () => {
  test("reads every form in which a distribution may be installed", () => {
    const { distributions, broken } = survey({
      [`${site}/jinja2-3.1.6.dist-info/METADATA`]: metadata("Jinja2", "3.1.6"),
      [`${site}/jinja2/__init__.py`]: "",
      [`${site}/Old-1.0-py3.12.egg-info/PKG-INFO`]: metadata("Old", "1.0"),
      [`${site}/wsgi-0.1.egg-info`]: metadata("wsgi", "0.1"),
      [`${site}/fat-2.0-py3.12.egg/EGG-INFO/PKG-INFO`]: metadata("fat", "2.0"),
      [`${site}/zipped-3.0-py3.12.egg`]: "PK",
      [`${site}/dev-project.egg-link`]: "/src/dev\n.\n",
      [`${site}/easy-install.pth`]: "/src/dev\n./fat-2.0-py3.12.egg\n",
      "/src/dev/dev_project.egg-info/PKG-INFO": metadata("dev-project", "0.1.dev0"),
    });
    expect(distributions.map(brief)).toEqual([
      "egg-link dev-project 0.1.dev0",
      "egg fat 2.0",
      "dist-info Jinja2 3.1.6",
      "egg-info-folder Old 1.0",
      "egg-info-file wsgi 0.1",
      "egg zipped 3.0",
    ]);
    expect(broken).toEqual([]);
    expect(distributions[0]).toEqual({
      kind: "egg-link",
      name: "dev-project" as InstalledDistribution["name"],
      displayName: "dev-project",
      version: "0.1.dev0",
      metadataPath: "/src/dev/dev_project.egg-info",
      location: site,
      hasDirectUrl: false,
      editableLocation: "/src/dev",
    });
  });

  test("takes name and version from the metadata, not from the folder", () => {
    const { distributions } = survey({
      [`${site}/x-1.dist-info/METADATA`]: metadata("Zope.Interface", "7.0+local"),
    });
    expect(distributions[0]).toMatchObject({
      name: "zope-interface",
      displayName: "Zope.Interface",
      version: "7.0+local",
    });
  });

  test.each([
    ["carriage returns", "Metadata-Version: 2.1\r\nName: a\r\nVersion: 1\r\n\r\nBody"],
    ["other order and letter case", "metadata-version: 1.0\nVERSION:1\nname:   a  \nSummary: x\n"],
    ["no line end at the end", "Name: a\nVersion: 1"],
    [
      "headers far down",
      `Metadata-Version: 2.1\n${"Classifier: x :: y\n".repeat(200)}Name: a\nVersion: 1\n`,
    ],
    [
      "letters beyond ASCII cut in two by the first read",
      `Metadata-Version: 2.1\nSummary: ${"漢".repeat(333)}\nName: a\nVersion: 1\n`,
    ],
    [
      "a name in the description as well",
      "Metadata-Version: 2.1\nVersion: 1\nName: a\n\nName: b\nVersion: 2\n",
    ],
  ])("reads a METADATA with %s", (_, text) => {
    expect(survey({ [`${site}/a-1.dist-info/METADATA`]: text }).distributions.map(brief)).toEqual([
      "dist-info a 1",
    ]);
  });

  test("knows an editable installation by its direct_url.json", () => {
    const { distributions } = survey({
      [`${site}/ed-1.dist-info/METADATA`]: metadata("ed", "1"),
      [`${site}/ed-1.dist-info/direct_url.json`]:
        '{"url": "file:///home/ada/my%20code", "dir_info": {"editable": true}}',
      [`${site}/from-1.dist-info/METADATA`]: metadata("from", "1"),
      [`${site}/from-1.dist-info/direct_url.json`]:
        '{"url": "file:///home/ada/code", "dir_info": {}}',
    });
    expect(distributions.map(({ editableLocation }) => editableLocation)).toEqual([
      "/home/ada/my code",
      undefined,
    ]);
    expect(distributions.map(({ hasDirectUrl }) => hasDirectUrl)).toEqual([true, true]);
  });

  test("finds what .pth files put on the path", () => {
    const { distributions } = survey({
      [`${site}/z.pth`]: "# comment\nimport os; os.abort()\n\nsub\n/gone\n",
      [`${site}/.hidden.pth`]: "/src/hidden\n",
      [`${site}/sub/dist.egg-info/PKG-INFO`]: metadata("dist", "1"),
      "/src/hidden/h.egg-info/PKG-INFO": metadata("h", "1"),
    });
    expect(distributions.map(brief)).toEqual(["egg-info-folder dist 1"]);
    expect(distributions[0]?.editableLocation).toBe(`${site}/sub`);
  });

  test("reports what hides behind another of its name, in the order of sys.path", () => {
    const { distributions, shadowed } = survey(
      {
        [`${site}/a-1.dist-info/METADATA`]: metadata("a", "1"),
        "/usr/lib/python3/dist-packages/A-9.egg-info": metadata("A", "9"),
        [`${site}/b-1.9.dist-info/METADATA`]: metadata("b", "1.9"),
        [`${site}/b-1.10.dist-info/METADATA`]: metadata("b", "1.10"),
      },
      [site, "/usr/lib/python3/dist-packages"],
    );
    expect(distributions.map(brief)).toEqual(["dist-info a 1", "dist-info b 1.10"]);
    expect(shadowed.map(brief)).toEqual(["dist-info b 1.9", "egg-info-file A 9"]);
  });

  test("does not count one folder twice", () => {
    const tree = {
      [`${site}/a-1.dist-info/METADATA`]: metadata("a", "1"),
      [`${site}/x.pth`]: `${site}\n`,
    };
    expect(survey(tree, [site, site]).shadowed).toEqual([]);
  });

  test("reports what is broken and goes on", () => {
    const { distributions, broken } = survey({
      [`${site}/~ip-24.0.dist-info/METADATA`]: metadata("pip", "24.0"),
      [`${site}/half-1.dist-info/RECORD`]: "",
      [`${site}/empty-1.dist-info/METADATA`]: "",
      [`${site}/bad-1.dist-info/METADATA`]: metadata("-bad-", "1"),
      [`${site}/gone.egg-link`]: "/src/gone\n.\n",
      [`${site}/void.egg-link`]: "",
      [`${site}/old.egg-info/SOURCES.txt`]: "",
      [`${site}/odd-1.dist-info/METADATA`]: metadata("odd", "1"),
      [`${site}/odd-1.dist-info/direct_url.json`]: "{",
    });
    expect(distributions.map(brief)).toEqual(["dist-info odd 1"]);
    expect(
      broken.map(({ path, reason }) => `${path.slice(site.length + 1)}: ${reason}`).sort(),
    ).toEqual([
      "bad-1.dist-info: its METADATA has no valid Name or no Version",
      "empty-1.dist-info: its METADATA has no valid Name or no Version",
      "gone.egg-link: `/src/gone` has no egg-info",
      "half-1.dist-info: it has no METADATA",
      "old.egg-info: it has no PKG-INFO",
      "void.egg-link: it names no project",
      "~ip-24.0.dist-info: an interrupted pip left it behind",
    ]);
  });

  test("answers nothing for folders that do not exist", () => {
    expect(readInstalled({ sitePackages: ["/nowhere"] }, { files: new MemoryFiles() })).toEqual([]);
  });
});

describe("installedDistributions()", () => {
  test.each([
    "/env/lib/python3.12/site-packages",
    "/env/lib/python3.13t/site-packages",
    "/env/lib/pypy3.10/site-packages",
    "/env/lib64/python3.12/site-packages",
    "/env/Lib/site-packages",
  ])("finds %s by itself", (folder) => {
    const files = new MemoryFiles({ [`${folder}/a-1.dist-info/METADATA`]: metadata("a", "1") });
    expect(installedDistributions("/env", files).map(brief)).toEqual(["dist-info a 1"]);
  });

  test("reads once where lib64 is a link to lib", () => {
    const files = new MemoryFiles({ [`${site}/a-1.dist-info/METADATA`]: metadata("a", "1") });
    files.symlink("lib", "/env/lib64");
    expect(surveyInstalled({ sitePackages: [site] }, { files }).shadowed).toEqual([]);
    expect(installedDistributions("/env", files)).toHaveLength(1);
  });
});

describe("what is read on demand", () => {
  const files = new MemoryFiles({
    [`${site}/a-1.dist-info/METADATA`]: metadata("a", "1", "Requires-Dist: b>=2\n"),
    [`${site}/a-1.dist-info/INSTALLER`]: "pip\n",
    [`${site}/a-1.dist-info/REQUESTED`]: "",
    [`${site}/a-1.dist-info/RECORD`]: "a.py,,\n",
    [`${site}/a-1.dist-info/direct_url.json`]:
      '{"url": "https://index.example/a.whl", "archive_info": {}}',
    [`${site}/Egg-1-py3.egg-info/PKG-INFO`]: metadata("Egg", "1"),
    [`${site}/Egg-1-py3.egg-info/requires.txt`]:
      'six\n\n[:python_version < "3.9"]\nbackport>=1\n\n[fast]\nspeed\n\n[fast:os_name == "nt"]\nwinspeed\n',
  });
  const [a, egg] = readInstalled({ sitePackages: [site] }, { files }) as [
    InstalledDistribution,
    InstalledDistribution,
  ];

  test("of a dist-info", () => {
    expect(readInstaller(a, { files })).toBe("pip");
    expect(readRequested(a, { files })).toBe(true);
    expect(readRecord(a, { files })?.map(({ path }) => path)).toEqual(["a.py"]);
    expect(readDirectUrl(a, { files })?.url).toBe("https://index.example/a.whl");
    expect(readMetadata(a, { files }).requiresDist.map(({ name }) => name as string)).toEqual([
      "b",
    ]);
  });

  test("of an egg, whose requirements lie beside its PKG-INFO", () => {
    expect(readInstaller(egg, { files })).toBeUndefined();
    expect(readRequested(egg, { files })).toBe(false);
    expect(readRecord(egg, { files })).toBeUndefined();
    expect(
      readMetadata(egg, { files }).requiresDist.map(({ name, marker }) => [
        name as string,
        marker !== undefined,
      ]),
    ).toEqual([
      ["six", false],
      ["backport", true],
      ["speed", true],
      ["winspeed", true],
    ]);
  });
});

describe("readInstalledAgain()", () => {
  const tree = {
    [`${site}/a-1.0.dist-info/METADATA`]: metadata("a", "1.0"),
    [`${site}/b-1.0.dist-info/METADATA`]: metadata("b", "1.0"),
    [`${site}/a/__init__.py`]: "",
  };
  const environment = { sitePackages: [site, "/env/nowhere"] };
  const again = (change: (files: MemoryFiles) => void, from: Record<string, string> = tree) => {
    const files = new MemoryFiles(from);
    const before = readInstalled(environment, { files });
    change(files);
    const after = readInstalledAgain(before, environment, { files });
    return { isSame: after === before, after: after.map(brief) };
  };

  test("answers the same list as long as nobody installs or removes anything", () => {
    expect(again(() => {}).isSame).toBe(true);
    expect(again((files) => files.write(`${site}/module.py`, "")).isSame).toBe(true);
    expect(again(() => {}, {}).isSame).toBe(true);
  });

  test("reads what came, went or became another version", () => {
    const { after } = again((files) => {
      files.rename(`${site}/a-1.0.dist-info`, `${site}/a-2.0.dist-info`);
      files.write(`${site}/a-2.0.dist-info/METADATA`, metadata("a", "2.0"));
      files.removeTree(`${site}/b-1.0.dist-info`);
      files.write(`${site}/c.egg-info`, metadata("c", "3.0"));
    });
    expect(after).toEqual(["dist-info a 2.0", "egg-info-file c 3.0"]);
    expect(again((files) => files.removeTree(`${site}/b-1.0.dist-info`)).after).toEqual([
      "dist-info a 1.0",
    ]);
  });

  test("reads everything where more than the names of folders counts", () => {
    for (const name of ["more.pth", "dev.egg-link", "c-1.0.egg", "c.egg-info"])
      expect(again(() => {}, { ...tree, [`${site}/${name}`]: "" }).isSame).toBe(false);
    const damaged = { ...tree, [`${site}/c-1.0.dist-info/RECORD`]: "" };
    expect(again(() => {}, damaged).isSame).toBe(false);
  });
});

describe("mayRequire()", () => {
  const ask = (headers: string, ...names: string[]): boolean => {
    const files = new MemoryFiles({
      [`${site}/app-1.0.dist-info/METADATA`]: metadata("app", "1.0", headers),
    });
    const installed = readInstalled({ sitePackages: [site] }, { files });
    return mayRequire(installed, names.map(normalizeName), { files }).length > 0;
  };

  test("sees through spellings and folded lines, and tells names from longer ones", () => {
    expect(ask("Requires-Dist: Zope.Interface (>=5)\n", "zope-interface")).toBe(true);
    expect(ask("requires-dist:\n  lib<2\n", "lib")).toBe(true);
    expect(ask("Requires-Dist: lib-tools<2\n", "lib")).toBe(false);
    expect(ask("Requires-Dist: other; extra == 'lib'\nKeywords: lib\n", "lib")).toBe(false);
  });

  test("looks beyond a licence of many lines", () => {
    const licence = `License: ${"all rights\n        ".repeat(2000)}reserved\n`;
    expect(ask(`${licence}Requires-Dist: lib\n`, "lib")).toBe(true);
    expect(ask(`${licence}Requires-Dist: lib\n`, "other")).toBe(false);
  });

  test("an egg has to be read with care", () => {
    const files = new MemoryFiles({ [`${site}/wsgi-0.1.egg-info`]: metadata("wsgi", "0.1") });
    const installed = readInstalled({ sitePackages: [site] }, { files });
    expect(mayRequire(installed, [normalizeName("lib")], { files })).toEqual(installed);
  });

  test("leaves out nobody who does", () => {
    const name = fc.constantFrom("a", "A.b", "a-b", "a__B", "lib", "lib2", "l.ib");
    const line = fc.tuple(
      fc.constantFrom("Requires-Dist: ", "requires-dist:", "Requires-Dist:\n\t", "Summary: "),
      name,
      fc.constantFrom(
        "",
        "<2",
        " (>=1)",
        "[x]>1",
        "; python_version > '3'",
        " @ https://a.example/x.whl",
      ),
      fc.constantFrom("\n", "\r\n"),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(name, { minLength: 1 }),
        (lines, names) => {
          const files = new MemoryFiles({
            [`${site}/app-1.0.dist-info/METADATA`]: metadata(
              "app",
              "1.0",
              lines.map((parts) => parts.join("")).join(""),
            ),
          });
          const installed = readInstalled({ sitePackages: [site] }, { files });
          const wanted = new Set(names.map(normalizeName));
          const requires = readMetadata(installed[0] as InstalledDistribution, {
            files,
          }).requiresDist;
          const found = mayRequire(installed, wanted, { files });
          if (requires.some((one) => wanted.has(one.name))) expect(found).toEqual(installed);
        },
      ),
    );
  });
});
