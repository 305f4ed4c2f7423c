import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fileOf, type IndexFile } from "./index-server.ts";
import { makeWheel } from "./wheel-maker.ts";
import { writeZip } from "./zip-writer.ts";

/** Small stand-ins for the projects that the documentation names, with the versions and requirements shown there. */
export function catalogue(): IndexFile[] {
  return [
    makeWheel({
      name: "httpx",
      version: "0.28.1",
      requires: ["anyio", "certifi", "httpcore==1.*", "idna"],
    }),
    makeWheel({
      name: "httpx",
      version: "0.27.2",
      requires: ["anyio", "certifi", "httpcore==1.*", "idna", "sniffio"],
    }),
    makeWheel({
      name: "anyio",
      version: "4.12.0",
      requires: ["idna>=2.8", "typing_extensions>=4.5"],
    }),
    makeWheel({ name: "typing_extensions", version: "4.15.0" }),
    makeWheel({ name: "certifi", version: "2026.10.18" }),
    makeWheel({ name: "httpcore", version: "1.0.9", requires: ["certifi", "h11>=0.16"] }),
    makeWheel({ name: "h11", version: "0.16.0" }),
    makeWheel({ name: "idna", version: "3.11" }),
    makeWheel({ name: "sniffio", version: "1.3.1" }),
    makeWheel({ name: "numpy", version: "2.3.4", requiresPython: ">=3.9" }),
    makeWheel({ name: "numpy", version: "1.26.4", requiresPython: ">=3.9" }),
    makeWheel({ name: "numba", version: "0.60.0", requires: ["numpy<2.1,>=1.22"] }),
    makeWheel({
      name: "cowsay",
      version: "6.1",
      files: {
        "cowsay/__init__.py": "",
        "cowsay/main.py": "import sys\n\ndef main():\n    print('moo:', *sys.argv[2:])\n",
      },
      consoleScripts: { cowsay: "cowsay.main:main" },
    }),
    makeWheel({
      name: "click",
      version: "8.3.1",
      requires: ["colorama; platform_system == 'Windows'"],
    }),
    makeWheel({ name: "colorama", version: "0.4.6" }),
    makeWheel({ name: "asgiref", version: "3.10.0" }),
    makeWheel({ name: "sqlparse", version: "0.5.3" }),
    makeWheel({ name: "argon2_cffi", version: "25.1.0" }),
    ...["5.1.14", "5.2.7", "5.2.8"].map((version) =>
      makeWheel({
        name: "Django",
        version,
        requires: ["asgiref>=3.8.1", "sqlparse>=0.3.1", "argon2-cffi>=19.1.0; extra == 'argon2'"],
        extras: ["argon2"],
      }),
    ),
    ...["1.34.131", "1.40.55"].flatMap((version) => [
      makeWheel({ name: "boto3", version, requires: [`botocore==${version}`] }),
      makeWheel({ name: "botocore", version }),
    ]),
    makeWheel({
      name: "aiobotocore",
      version: "2.13.1",
      requires: ["botocore<1.34.132,>=1.34.70"],
    }),
    makeWheel({ name: "requests", version: "2.31.0" }),
    makeWheel({ name: "requests", version: "2.32.5" }),
    makeWheel({
      name: "scipy",
      version: "1.16.3",
      requiresPython: ">=3.11",
      requires: ["numpy<2.6"],
    }),
    ...["cp310-cp310", "cp311-cp311"].map((tag) =>
      makeWheel({ name: "lxml", version: "4.9.4", tag: `${tag}-manylinux_2_28_x86_64` }),
    ),
    makeWheel({ name: "sunrise", version: "1.0rc1" }),
    makeWheel({ name: "sunrise", version: "1.0rc2" }),
    // Somebody has taken the name of the private project on the public index.
    makeWheel({ name: "acme_tools", version: "99.0" }),
  ]
    .map((wheel) => fileOf(wheel))
    .concat(
      fileOf(makeWheel({ name: "parsley", version: "1.3.1" })),
      fileOf(makeWheel({ name: "parsley", version: "2.0.0" }), { yanked: "fails to start" }),
    )
    .concat(sourceOnly, brokenFiles());
}

/** A project that offers source alone. */
const sourceOnly: IndexFile = {
  filename: "oldlib-1.0.tar.gz",
  bytes: new Uint8Array(0),
  sha256: createHash("sha256").digest("hex"),
};

/** Files that pages about errors name. */
function brokenFiles(): IndexFile[] {
  const named = (filename: string, bytes: Uint8Array): IndexFile => ({
    filename,
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const whole = makeWheel({ name: "demo", version: "1.0" }).bytes;
  const lying = makeWheel({
    name: "lying",
    version: "1.0",
    recordLies: { "lying/__init__.py": "somebody else's" },
  });
  return [
    named("truncated-1.0-py3-none-any.whl", whole.subarray(0, whole.length - 100)),
    named("escaping-1.0-py3-none-any.whl", writeZip([{ name: "../../.profile", content: "" }])),
    named("bare-1.0-py3-none-any.whl", writeZip([{ name: "bare.py", content: "" }])),
    named("stranger-1.0-py3-none-any.whl", whole),
    named("hollow-1.0.tar.gz", new Uint8Array(gzipSync(new Uint8Array(1024)))),
    named(lying.filename, lying.bytes),
  ];
}

/** What the index behind a password offers. */
export function privateCatalogue(): IndexFile[] {
  return [makeWheel({ name: "acme_tools", version: "1.2.0", requires: ["click"] })].map((wheel) =>
    fileOf(wheel),
  );
}
