import type { AskedRequirement } from "#resolver/request";
