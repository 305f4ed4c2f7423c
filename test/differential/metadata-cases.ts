import type { Random } from "./random.ts";

const head = "Metadata-Version: 2.4\nName: a\nVersion: 1\n";

/** Values worth a look under each header, valid ones first. */
const samples: Readonly<Record<string, readonly string[]>> = {
  "Metadata-Version": [
    "2.1",
    "1.0",
    "1.1",
    "1.2",
    "2.2",
    "2.3",
    "2.4",
    "2.5",
    "2.6",
    "2.0",
    "3.0",
    "2.10",
    "",
    " 2.1",
    "2.1 ",
  ],
  Name: ["a", "A.b-c_d", "a1", "-a", "a-", "a b", "", "é", "a\n b"],
  Version: ["1", "1.0rc1", "1.0+local", "v1", "1.0-1", "x", "", "1.*", "1 0"],
  Dynamic: ["Requires-Dist", "requires-dist", "Version", "name", "Nothing", ""],
  Platform: ["any", "UNKNOWN", ""],
  "Supported-Platform": ["linux-x86_64"],
  Summary: [
    "words",
    "",
    "two\n words",
    "tab\tbed",
    "é",
    "a\u2028b",
    "a\u0085b",
    "a\u000bb",
    "a\rb",
  ],
  Description: ["text", "a\n       |b", ""],
  "Description-Content-Type": [
    "text/markdown",
    "text/plain",
    "text/x-rst",
    "text/html",
    "Text/Markdown",
    "text/markdown;",
    "text/markdown;;",
    "text/markdown; charset=UTF-8; variant=GFM",
    "text/markdown; variant=CommonMark",
    "text/markdown; variant=gfm",
    "text/markdown;charset=utf-8",
    'text/markdown; charset="utf-8"',
    "text/markdown; charset=latin1",
    "text/markdown; charset",
    "text/markdown; charset=",
    "text/plain charset=utf-8",
    "text/plain; charset=utf-8 x",
    "text/plain; variant=foo",
    "text/plain; charset=utf-8; charset=utf-8",
    " text/plain ",
    "text / plain",
    "text/",
    "text",
    "",
  ],
  Keywords: ["a,b", "a b", " a , b ", "", ",", "a,\n b", "\u00a0a\u00a0,\ufeffb"],
  "Home-page": ["https://a.example", ""],
  "Download-URL": ["https://a.example/a.tar.gz"],
  Author: ["Ann", "A, B", "Zoë"],
  "Author-email": ["Ann <a@b.example>", ""],
  Maintainer: ["Ann"],
  "Maintainer-email": ["a@b.example"],
  License: ["MIT", "several\n        lines", ""],
  "License-Expression": [
    "MIT",
    "mit",
    "MIT AND Apache-2.0",
    "mit or (apache-2.0 and bsd-3-clause)",
    "GPL-3.0-only WITH Classpath-exception-2.0",
    "GPL-2.0+",
    "LicenseRef-My-Own",
    "licenseref-x",
    "LicenseRef-x+",
    "LicenseRef-",
    "LicenseRef-a_b",
    "MIT AND",
    "AND MIT",
    "(MIT",
    "MIT)",
    "()",
    "MIT (Apache-2.0)",
    "MIT Apache-2.0",
    "MIT WITH MIT",
    "(MIT) WITH Classpath-exception-2.0",
    "MIT WITH Classpath-exception-2.0 WITH Classpath-exception-2.0",
    "Classpath-exception-2.0",
    "Nobody-1.0",
    "",
    "((MIT))",
    "MIT\n AND MIT",
  ],
  "License-File": [
    "LICENSE",
    "licenses/LICENSE.txt",
    "../LICENSE",
    "a*b",
    "/LICENSE",
    "C:/x",
    "C:x",
    "a\\b",
    "a//b",
    "a/./b",
    "a/",
    "",
    ".",
    "./a",
    "a..b",
  ],
  Classifier: ["Private :: Do Not Upload", "License :: OSI Approved", ""],
  "Requires-Dist": [
    "a",
    "a>=1,<2; python_version < '3'",
    "a (>=1)",
    "a[b] @ https://a.example/a.whl ; extra == 'x'",
    "a >=1.*",
    "a; nothing == '1'",
    "",
    "a\n >=1",
    "-a",
  ],
  "Requires-Python": [">=3.8", ">=3.8,<4", "", ">=3.8.*", "3.8", ">= 3.8, != 3.9.*", ">=3.8\n ,<4"],
  "Requires-External": ["C", "libpng (>=1.5)", ""],
  "Project-URL": [
    "Home, https://a.example",
    "Docs,https://a.example/docs",
    "no comma",
    " Home , x",
    ",",
    "Home,a,b",
    "",
  ],
  "Provides-Extra": ["x", "X_y", "a-b", "-x", "x y", "", "é"],
  "Provides-Dist": ["b"],
  "Obsoletes-Dist": ["c"],
  Requires: ["d"],
  Provides: ["e"],
  Obsoletes: ["f"],
  "Import-Name": [
    "a",
    "a.b",
    "a ; private",
    "a;private",
    "a;public",
    "a;",
    "",
    "a-b",
    "class",
    "a.class",
    "é",
    "1a",
    "a.",
  ],
  "Import-Namespace": ["a", "", "a.b; private", "lambda"],
  "X-Custom": ["1"],
};

const headers = Object.keys(samples);

const bodies = [
  "",
  "\n",
  "\ntext\n",
  "\n\n  two\n\nlines\r\n",
  "text without an empty line\n",
  "\nFrom here on\n",
  "\r\ntext",
  "\rtext",
  "Name\n",
  "\n: x\n",
  "\n\u00e9 \u2028\n",
];

/** Each sample alone in metadata that is otherwise fine, and header blocks of doubtful shape. */
export const nastyMetadata: readonly string[] = [
  ...Object.entries(samples).flatMap(([header, values]) =>
    values.map((value) => withHeader(header, value)),
  ),
  ...["2.1", "2.5", "2.6"].flatMap((version) =>
    ["Import-Name", "Dynamic", "License-File", "License-Expression"].map(
      (header) =>
        `Metadata-Version: ${version}\nName: a\nVersion: 1\n${header}: ${samples[header]?.[0]}\n`,
    ),
  ),
  ...bodies.map((body) => head + body),
  "",
  "\n",
  "Name: a",
  " leading: continuation\nName: a\n",
  "From somebody\nName: a\n",
  "Name: a\nFrom somebody\nVersion: 1\n\nbody",
  "Name: a\nFrom somebody\n",
  "Name: a\nFrom somebody\n\nbody",
  ": no name\n continued\nName: a\n",
  "Name : a\n",
  "Name\t: a\n",
  "Name:a\nVersion:\t1\n",
  "Name: \n a\n",
  "Name:\n a\n",
  "Name: a\r\nVersion: 1\r\n\r\nbody\r\n",
  "Name: a\rVersion: 1\r\rbody",
  "Name: a\n\nVersion: 1\n",
  "N\u00e4me: a\n",
  "name: a\nNAME: b\n",
  "Summary: a\n  b\n\tc\n d\n",
  "Keywords: a\nKeywords: b\n",
  "Description: a\nDescription: b\n\nbody",
  "Description: a\n\nbody",
  "Import-Name:\nImport-Name: a\n",
  "Import-Name:\n",
  "__proto__: a\nconstructor: b\n",
  "Project-URL: __proto__, a\nProject-URL: b, c\n",
  "Name: a\n \n\nbody",
  "Name: a\n\t\n",
  "From x\n continued\nName: a\n",
  "Name: =?utf-8?q?a?=\n",
  "Name: a\nContent-Type: message/rfc822\n\nbody",
];

function withHeader(header: string, value: string): string {
  const others = head.split("\n").filter((line) => line !== "" && !line.startsWith(`${header}:`));
  const version = others.map((line) =>
    line.startsWith("Metadata-Version") ? "Metadata-Version: 2.6" : line,
  );
  return `${version.join("\n")}\n${header}: ${value}\n`;
}

const letters = ["\n", " ", "\t", ":", "a", "\r", ",", ";", "-", "\r\n", "1", ".", "=", "(", '"'];

/** A METADATA file of mostly sensible headers, now and then damaged. */
export function metadataText(random: Random): string {
  const lines: string[] = [];
  const add = (header: string, value: string): void => {
    const name = random.chance(0.1) ? header.toLowerCase() : header;
    lines.push(`${name}:${random.pick([" ", " ", " ", "", "  ", "\t"])}${value}`);
  };
  for (const header of ["Metadata-Version", "Name", "Version"])
    if (random.chance(0.97)) add(header, sample(random, header));
  for (const header of random.list(0, 6, () => random.pick(headers)))
    add(header, sample(random, header));
  const text = `${lines.join(random.chance(0.1) ? "\r\n" : "\n")}\n${random.pick(bodies)}`;
  return random.chance(0.3) ? random.mutated(text, letters) : text;
}

/** The first sample is the plainest, and as frequent as all the others. */
function sample(random: Random, header: string): string {
  const values = samples[header] ?? [""];
  return random.chance(0.6) ? (values[0] as string) : random.pick(values);
}
