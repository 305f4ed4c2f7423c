// Versions and specifiers (PEP 440): bun examples/compare-versions.ts
import { describeRange, filterVersions, parseSpecifierSet } from "pkm/standards/specifier-set";
import { compareVersions, isPrerelease, parseVersion } from "pkm/standards/version";
import { intersect } from "pkm/standards/version-range";

const versions = ["2.0rc1", "1.10", "1.9.post1", "v1.0-alpha.2", "1!0.1", "1.9"].map(parseVersion);
const sorted = versions.toSorted(compareVersions).map((version) => version.text);
console.log("in order:", sorted.join(" < "));
console.log(
  "pre-releases:",
  versions
    .filter(isPrerelease)
    .map((version) => version.text)
    .join(", "),
);

// `~=1.9` is `>=1.9, ==1.*`; a pre-release is taken only when nothing else fits.
const compatible = parseSpecifierSet("~=1.9");
console.log("fit ~=1.9:", filterVersions(compatible, sorted).join(", "));

// A set of specifiers is also a set of versions, with which one can calculate.
const both = intersect(compatible.range, parseSpecifierSet("!=1.10, <2").range);
console.log("~=1.9 and !=1.10, <2 together:", describeRange(both));
