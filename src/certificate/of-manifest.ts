import { createHash } from "node:crypto";
import type { Certificate } from "./shape.ts";

/** Whether a Manifest is the one that was planned, byte for byte. */
export function isPlannedManifest({ inputs }: Certificate, bytes: Uint8Array): boolean {
  const sha256 = sumOfManifest(bytes);
  return inputs.some((one) => one.kind === "manifest" && one.sha256 === sha256);
}

export function sumOfManifest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The first of the places whose line in the Manifest is another one; null: all rows are where they are said to be. */
export function misplacedRow({ inputs, places }: Certificate, manifest: string): number | null {
  const lines = manifest.split(/\r\n|\n|\r/);
  const files = inputs.flatMap(({ kind, file }) => (kind === "manifest" ? [file] : []));
  const found = places.findIndex(
    ({ file, line, text }) => files.includes(file) && lines[line - 1] !== text,
  );
  return found < 0 ? null : found;
}
