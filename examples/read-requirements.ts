// Requirements and markers (PEP 508): bun examples/read-requirements.ts
import { PkmError } from "pkm/base/errors";
import { evaluateMarker } from "pkm/standards/marker";
import { MarkerAlgebra } from "pkm/standards/marker-algebra";
import {
  formatRequirement,
  parseRequirement,
  tryParseRequirement,
} from "pkm/standards/requirement";

const lines = [
  "Requests[socks] >=2.8.1, ==2.*",
  'colorama; sys_platform == "win32"',
  "demo @ https://index.example/demo-1.0-py3-none-any.whl",
  "httpx=>0.27",
];
const environment = {
  python_version: "3.13",
  python_full_version: "3.13.1",
  sys_platform: "linux",
};

for (const line of lines) {
  const requirement = tryParseRequirement(line);
  if (requirement === undefined) {
    console.log(`${line}: no requirement`);
    continue;
  }
  const { name, marker } = requirement;
  const applies = marker === undefined || evaluateMarker(marker, environment);
  console.log(`${name}: ${formatRequirement(requirement)}${applies ? "" : " (not on Linux)"}`);
}

// The parser that throws says where and why.
try {
  parseRequirement("httpx=>0.27");
} catch (error) {
  if (!(error instanceof PkmError)) throw error;
  console.log(`${error.what}\n${error.excerpt}\n  ${error.why}`);
}

// Markers as sets of environments: is there any in which both hold?
const algebra = new MarkerAlgebra();
const old = algebra.of(parseRequirement("a; python_version < '3.9'").marker ?? never());
const fresh = algebra.of(parseRequirement("a; python_full_version >= '3.10.2'").marker ?? never());
console.log("can hold together:", !algebra.areDisjoint(old, fresh));

function never(): never {
  throw new Error("both have a marker");
}
