import { parseSpecifierSet } from "#standards/specifier-set";
import type { Asking } from "./fixes.ts";
import { resolveUniversal, type UniversalRequest } from "./universal.ts";

/** Questions about many machines: another Python is another lower bound. */
export const askingManyMachines: Asking<UniversalRequest> = {
  resolve: resolveUniversal,
  withPython: (request, version) => ({
    ...request,
    supported: { ...request.supported, python: parseSpecifierSet(`>=${version}`) },
  }),
};

/** Lower bounds above the one that was asked for, nearest first. */
export function laterPythons({ supported }: UniversalRequest): string[] {
  const minor = Number(/^>=3\.(\d+)/.exec(supported.python.text)?.[1] ?? Number.NaN);
  const later: string[] = [];
  for (let next = minor + 1; next <= newestMinor; next++) later.push(`3.${next}`);
  return later;
}

const newestMinor = 15;
