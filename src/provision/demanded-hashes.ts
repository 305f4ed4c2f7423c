import { isKnownAlgorithm, piecesOf } from "#repository/local-files";
import type { Download } from "#repository/repositories";
import type { ResolvedPackage } from "#resolver/resolution";
import { hashMismatch } from "./errors.ts";
import { needsContent } from "./wheels.ts";
import type { ProvisionWorld } from "./world.ts";

/** The resolver has compared what the index told; the rest is left to the content. */
export function checkDemandedHashes(
  found: ResolvedPackage,
  { file, sha256, content }: Download,
  { files, hashing }: Pick<ProvisionWorld, "files" | "hashing">,
): void {
  if (!needsContent(found, file)) return;
  const demanded = found.demandedHashes ?? [];
  if (demanded.some(({ algorithm, hex }) => algorithm === "sha256" && hex === sha256)) return;
  for (const { algorithm, hex } of demanded) {
    if (!isKnownAlgorithm(algorithm) || algorithm === "sha256") continue;
    const running = hashing.start(algorithm);
    const pieces =
      content.kind === "bytes"
        ? [content.bytes]
        : piecesOf(content.path, files.tryStat(content.path)?.size ?? 0, files);
    for (const piece of pieces) running.update(piece);
    if (running.hex() === hex) return;
  }
  throw hashMismatch(file.filename, demanded, sha256);
}
