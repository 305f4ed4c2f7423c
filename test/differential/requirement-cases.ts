import type { Random } from "./random.ts";
import { specifierText } from "./version-cases.ts";

export const nastyRequirements: readonly string[] = [
  "",
  " ",
  "a",
  "A",
  " a ",
  "\ta",
  "\na",
  "a\n",
  "\u00a0a",
  "a\u00a0",
  "_a",
  "-a",
  ".a",
  "a_",
  "a-",
  "a.",
  "a-.",
  "a._",
  "a__b",
  "a--b",
  "a.b-c_d",
  "é",
  "aé",
  "a b",
  "1",
  "1a",
  "a!",
  "a[]",
  "a[ ]",
  "a[b]",
  "a[b,c]",
  "a[b,]",
  "a[,b]",
  "a[b c]",
  "a[b",
  "a]",
  "a[[b]]",
  "a[b][c]",
  "a [b]",
  "a[b] ",
  "a[B,b,a]",
  "a[b_]",
  "a[-b]",
  "a[b-]",
  "a[b;c]",
  "a[é]",
  "a[ b , c ]",
  "a[b\n]",
  "a()",
  "a ()",
  "a( )",
  "a(>=1)",
  "a (>=1,<2)",
  "a ( >=1 , <2 )",
  "a(>=1",
  "a>=1)",
  "a((>=1))",
  "a(>=1)(<2)",
  "a(>=1,)",
  "a(,)",
  "a(1)",
  "a(>=1) ; os_name=='nt'",
  "a>=1",
  "a >=1",
  "a>= 1",
  "a>=\n1",
  "a>=\u00a01",
  "a>=1\u00a0",
  "a>=1,<2",
  "a>=1 , <2",
  "a>=1,",
  "a,>=1",
  "a>=1,,<2",
  "a>=1 <2",
  "a>=1;",
  "a>=1 ;",
  "a>=",
  "a>",
  "a=1",
  "a=>1",
  "a==",
  "a===",
  "a===foo",
  "a === foo",
  "a===1,<2",
  "a===foo;os_name=='nt'",
  "a===foo ; os_name=='nt'",
  "a===(x)",
  "a==1.*",
  "a>=1.*",
  "a>=1+l",
  "a==1+l",
  "a==1a1.*",
  "a~=1",
  "a~=1.0",
  "a==1.0.0 , >=1,",
  "a>=v1",
  "a<1,<1,<1",
  "a>=2,>=10,>=1",
  "a!=1,==2,~=1.0,===x",
  "a @ http://h/x",
  "a@http://h/x",
  "a@ http://h/x",
  "a @http://h/x",
  "a @",
  "a @ ",
  "a @ x",
  "a @ file:///x y",
  "a @ http://h/x;os_name=='nt'",
  "a @ http://h/x ;os_name=='nt'",
  "a @ http://h/x ; os_name=='nt'",
  "a @ http://h/x ;",
  "a @ http://h/x ; ",
  "a[b] @ http://h/x",
  "a>=1 @ http://h/x",
  "a @ http://h/x >=1",
  "a @ git+https://h/r@v1#egg=a",
  "a @ ${X}/y",
  "a @ ./x",
  "a @\thttp://h/x\t; os_name=='nt'",
  "a (>=1) @ http://h",
  "a @ ;",
  "a @ (x)",
  "a @ http://u:p@h/x",
  "a;",
  "a ;",
  "a; ",
  "a;os_name",
  "a;os_name==",
  "a;os_name=='nt'",
  "a; os_name == 'nt' ",
  "a;(os_name=='nt')",
  "a;((os_name=='nt'))",
  "a;os_name=='nt' and",
  "a;os_name=='nt' or extra=='B_c'",
  "a;extra=='B.C'",
  "a;'B.C'==extra",
  "a;os_name=='nt'\n",
  "a;os_name in 'a b'",
  "a;os_name not in 'a'",
  "a;os_name not  in 'a'",
  "a;os_name notin 'a'",
  "a;'nt'==os_name",
  "a;'a'=='b'",
  "a;os_name==sys_platform",
  "a;os.name=='nt'",
  "a;python_implementation=='x'",
  "a;platform.python_implementation=='x'",
  "a;foo=='nt'",
  "a;os_name='nt'",
  "a;os_name==nt",
  'a;os_name=="nt"',
  "a;os_name=='n\"t'",
  'a;os_name=="n\'t"',
  "a;os_name=='nt",
  "a;python_version>='3' and (python_version<'4' or os_name=='x') and extra=='y'",
  "a;python_version>='3' or python_version<'4' and os_name=='x'",
  "a;(python_version>='3' or (python_version<'4'))",
  "a # comment",
  "-e .",
  "a==1 --hash=sha256:00",
  "./a",
  "http://h/x",
  "a/b",
  "a\\b",
];

const alphabet = [..."ab1._-[](),;@<>=!~'\" \t", "é", "==", ">=", "\n", " and ", " or ", "extra"];

function projectName(random: Random): string {
  return random.pick([
    "a",
    "Foo",
    "foo-bar",
    "Foo_Bar",
    "zope.interface",
    "x1",
    "0ad",
    "a--b",
    "A.B_C-d",
    "requests",
  ]);
}

const variables = [
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_system",
  "implementation_name",
  "python_version",
  "python_version",
  "python_full_version",
  "implementation_version",
  "platform_release",
  "platform_version",
  "extra",
  "os.name",
  "sys.platform",
  "platform.version",
  "platform.machine",
  "platform.python_implementation",
  "python_implementation",
];
const values = [
  "nt",
  "posix",
  "linux",
  "win32",
  "Linux",
  "x86_64",
  "CPython",
  "cpython",
  "3",
  "3.8",
  "3.12",
  "3.12.4",
  "3.12.*",
  "3.13.0rc1",
  "2.7 3.4",
  "2.7, 3.4",
  "",
  "a",
  "b",
  "A_b",
  "6",
  "6.1.0",
  "#1 SMP",
  "SMP",
  "3.12.4+",
  "1,2",
  "not a version",
  " 3.8 ",
];
const comparisons = [
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "~=",
  "===",
  "in",
  "not in",
  "==",
  ">=",
  "<",
];

function quoted(random: Random, text: string): string {
  return random.chance(0.5) ? `'${text}'` : `"${text}"`;
}

function comparison(random: Random, extraVariables: readonly string[]): string {
  const variable = random.pick([...variables, ...extraVariables]);
  const value = random.chance(0.06) ? random.pick(variables) : quoted(random, random.pick(values));
  const operator = random.pick(comparisons);
  const space = operator.includes("in") ? " " : random.pick(["", " ", " "]);
  const [left, right] = random.chance(0.2) ? [value, variable] : [variable, value];
  return `${left}${space}${operator}${space}${right}`;
}

export function markerText(
  random: Random,
  depth: number = 2,
  extraVariables: readonly string[] = [],
): string {
  const part = (): string => {
    if (depth > 0 && random.chance(0.3))
      return `(${markerText(random, depth - 1, extraVariables)})`;
    return comparison(random, extraVariables);
  };
  let text = part();
  while (random.chance(0.35)) text += ` ${random.pick(["and", "or"])} ${part()}`;
  return text;
}

/** A requirement by the grammar, in a quarter of the cases damaged. */
export function requirementText(random: Random): string {
  let text = projectName(random);
  const gap = (): string => random.pick(["", "", " ", "\t"]);
  if (random.chance(0.3))
    text += `${gap()}[${random.list(0, 3, () => gap() + projectName(random) + gap()).join(",")}]`;
  if (random.chance(0.15)) {
    text += `${gap()}@${gap()}${random.pick(["https://index.example/a-1.whl", "git+https://index.example/r@v1#egg=a", "file:///x", "https://index.example/a.zip#sha256=00&subdirectory=x"])}`;
    if (random.chance(0.4)) text += ` ${gap()};${gap()}${markerText(random)}`;
  } else {
    if (random.chance(0.6)) {
      const specifiers = specifierText(random);
      text += gap() + (random.chance(0.3) ? `(${gap()}${specifiers}${gap()})` : specifiers);
    }
    if (random.chance(0.4)) text += `${gap()};${gap()}${markerText(random)}`;
  }
  return random.chance(0.25) ? random.mutated(text, alphabet) : text;
}

const environments = [
  {
    implementation_name: "cpython",
    implementation_version: "3.12.4",
    os_name: "posix",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "6.1.0-18-amd64",
    platform_system: "Linux",
    platform_version: "#1 SMP Debian 6.1.76-1",
    python_full_version: "3.12.4",
    python_version: "3.12",
    sys_platform: "linux",
  },
  {
    implementation_name: "cpython",
    implementation_version: "3.13.0rc1",
    os_name: "nt",
    platform_machine: "AMD64",
    platform_python_implementation: "CPython",
    platform_release: "10",
    platform_system: "Windows",
    platform_version: "10.0.19045",
    python_full_version: "3.13.0rc1+",
    python_version: "3.13",
    sys_platform: "win32",
  },
  {
    implementation_name: "pypy",
    implementation_version: "7.3.11",
    os_name: "posix",
    platform_machine: "arm64",
    platform_python_implementation: "PyPy",
    platform_release: "6.1.0",
    platform_system: "Darwin",
    platform_version: "",
    python_full_version: "3.8.16",
    python_version: "3.8",
    sys_platform: "darwin",
  },
] as const;

export type MarkerCase = {
  marker: string;
  environment: Record<string, string | string[]>;
  context?: string;
};

export function markerCase(random: Random): MarkerCase {
  const context = random.pick([undefined, "metadata", "lock_file", "requirement"]);
  const environment: Record<string, string | string[]> = { ...random.pick(environments) };
  if (context !== "lock_file" && random.chance(0.5))
    environment["extra"] = random.pick(["a", "b", "A.B", ""]);
  if (context === "lock_file" && random.chance(0.5))
    environment["extras"] = random.list(0, 2, () => random.pick(["a", "b", "a-b"]));
  if (context === "lock_file" && random.chance(0.5))
    environment["dependency_groups"] = random.list(0, 2, () => random.pick(["a", "b", "dev"]));
  const marker = markerText(
    random,
    2,
    context === "lock_file" ? ["extras", "dependency_groups", "extras"] : [],
  );
  const text = random.chance(0.15) ? random.mutated(marker, alphabet) : marker;
  return context === undefined
    ? { marker: text, environment }
    : { marker: text, environment, context };
}

/** Every variable under every operator with every value, on both sides: small enough to try all of it. */
export function markerTable(): MarkerCase[] {
  const cases: MarkerCase[] = [];
  const environment: Record<string, string> = { ...environments[0] };
  for (const operator of new Set(comparisons))
    for (const value of values)
      for (const variable of [
        "os_name",
        "python_version",
        "platform_release",
        "platform_version",
        "extra",
      ]) {
        cases.push({ marker: `${variable} ${operator} "${value}"`, environment });
        cases.push({ marker: `"${value}" ${operator} ${variable}`, environment });
      }
  return cases;
}
