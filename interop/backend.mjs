// Part "backend" of `npm run interop`: pip, build and uv build the projects of the tests, and must make what pkm makes.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const part = "backend";

/** `interop` holds what all parts share; see scripts/interop.mjs. */
export function backend(interop) {
  const { bun, did, folder, peers, pkm, python, root, tool, verdict } = interop;
  const place = join(folder, part);
  const laidOut = tool([bun, join(root, "interop", "lay-out-backend.ts"), place]);
  verdict(part, "pkm builds every project", did(laidOut));
  if (laidOut.status !== 0) return;
  const projects = laidOut.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  // What an index would offer: the wheel of pkm-build, made by pip from its own tree.
  const house = join(place, "house");
  const peerPython = join(peers, "bin", "python");
  const pip = [peerPython, "-m", "pip"];
  const itself = projects.at(-1);
  verdict(
    part,
    "pip builds pkm-build by itself",
    did(tool([...pip, "wheel", "-q", "--no-deps", "--no-index", "-w", house, itself.source])),
  );

  const uv = join(peers, "bin", "uv");
  const makers = {
    pip: (source, output) => [
      [
        ...pip,
        "wheel",
        "-q",
        "--no-deps",
        "--no-index",
        "--find-links",
        house,
        "-w",
        output,
        source,
      ],
    ],
    build: (source, output) => [[peerPython, "-m", "build", "--outdir", output, source]],
    uv: (source, output) => [
      [
        uv,
        "build",
        "-q",
        "--no-index",
        "--find-links",
        house,
        "--python",
        python,
        "-o",
        output,
        source,
      ],
    ],
    // Where a project needs nothing but this backend, pkm asks the one inside itself.
    "pkm pip wheel": (source, output) => [
      [
        pkm,
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-index",
        "--find-links",
        house,
        "--python",
        python,
        "-w",
        output,
        source,
      ],
    ],
    "pkm build": (source, output) => [
      [pkm, "build", "-q", "--python", python, "-o", output, source],
    ],
  };
  if (tool([pkm, "build", "--help"]).status !== 0) {
    interop.skipped(part, "pkm build", "this pkm has no such command");
    delete makers["pkm build"];
  }
  for (const [maker, commands] of Object.entries(makers))
    for (const project of projects) {
      const output = join(project.place, maker.replaceAll(" ", "-"));
      mkdirSync(output);
      const env = {
        ...interop.env,
        ...project.env,
        PIP_NO_INDEX: "1",
        PIP_FIND_LINKS: house,
      };
      const failed = commands(project.source, output).flatMap((argv) => did(tool(argv, { env })));
      verdict(part, `${maker}: ${project.title}`, [...failed, ...compared(project, output)]);
    }

  installed();

  /** Archives of the same name hold the same members; a tool that makes no sdist is not asked for one. */
  function compared({ built }, output) {
    const names = readdirSync(output).filter((name) => /\.(whl|tar\.gz)$/.test(name));
    const wheel = basename(built[1]);
    if (!names.includes(wheel))
      return [`there is no ${wheel}, but ${names.join(", ") || "nothing"}`];
    return names.flatMap((name) => {
      const ours = built.find((path) => basename(path) === name);
      if (ours === undefined) return [`pkm makes no ${name}`];
      const [expected, found] = described([ours, join(output, name)]);
      return interop
        .between(expected, found, ["pkm", "the peer"])
        .map((line) => `${name}: ${line}`);
    });
  }

  /** One line for each member, its place in the order included. */
  function described(paths) {
    const script = join(root, "test", "backend", "describe_archive.py");
    const told = tool([python, "-I", script, ...paths]);
    return told.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).map((member, i) => `${i} ${JSON.stringify(member)}`));
  }

  /** What was built also works: installed, imported, compiled, linked to the tree, removed. */
  function installed() {
    const compiled = projects.find(({ title }) => title === "extension modules");
    const pure = projects.find(({ title }) => title === "the version of the module");
    const environment = join(place, "environment");
    const asks = (code) => did(tool([join(environment, "bin", "python"), "-c", code]));
    const env = { ...interop.env, PIP_NO_INDEX: "1", PIP_FIND_LINKS: house };
    const within = (...words) =>
      did(tool([...pip, "--python", join(environment, "bin", "python"), ...words], { env }));
    const made = did(tool([uv, "venv", "-q", "--python", python, environment]));
    verdict(part, "pip install of a project with extension modules", [
      ...made,
      ...within("install", "-q", compiled.source),
      ...asks("import demo; assert demo.answer() == 42"),
      ...within("uninstall", "-q", "-y", "demo"),
    ]);
    verdict(part, "pip install -e, and removing it again", [
      ...within("install", "-q", "-e", pure.source),
      ...asks(
        `import demo; assert demo.__file__.startswith(${JSON.stringify(pure.source)}), demo.__file__`,
      ),
      ...within("uninstall", "-q", "-y", "demo"),
      ...(asks("import demo").length === 0 ? ["it can still be imported"] : []),
    ]);
    if (existsSync(environment)) rmSync(environment, { recursive: true });
  }
}
