import { plural } from "#base/text";
import type { PassedOverReason } from "./resolution.ts";

const mostTags = 4;

/** Why a version was passed over, as what follows its name in a sentence: `is yanked: broken on Windows`. */
export function passedOverText(reason: PassedOverReason, target: string): string {
  switch (reason.kind) {
    case "yanked":
      return `is yanked${reason.reason === "" ? "" : `: ${reason.reason}`}`;
    case "newer-than-limit":
      return `was uploaded after the date limit, on ${new Date(reason.uploadTime).toISOString().slice(0, 10)}`;
    case "no-upload-time":
      return "has no upload time, which the date limit needs";
    case "requires-python":
      return `needs Python ${reason.specifier}, and this is ${target}`;
    case "no-compatible-wheel": {
      const { tags } = reason;
      if (tags.length === 0) return `has no wheel for ${target}`;
      const left = tags.length - mostTags;
      const more = left > 0 ? ` and ${plural(left, "other tag")}` : "";
      return `has no wheel for ${target}, only for ${tags.slice(0, mostTags).join(", ")}${more}`;
    }
    case "needs-build":
      return `would have to be built: ${reason.reason}`;
    case "format-excluded":
      return reason.format === "wheel"
        ? "has nothing but wheels, which are excluded"
        : "has no wheel, and sdists are excluded";
    case "status":
      return `belongs to a project that is ${reason.status}`;
    case "hash":
      return "has none of the hashes that are demanded";
    case "pre-release":
      return "is a pre-release, taken only where nothing else will do";
    case "constraint":
      return `is not \`${reason.requirement}\`, to which ${reason.origin.replace(/^-c /, "")} restricts it`;
    case "invalid-metadata":
      return `has invalid metadata: ${reason.reason}`;
    case "lower-priority":
      return `is offered by ${reason.repository} only, which has a lower priority`;
  }
}
