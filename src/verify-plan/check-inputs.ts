import { createHash } from "node:crypto";
import type { Certificate } from "../certificate/shape.ts";
import { type Fault, faultOf } from "./check.ts";
import { demand, entry } from "./untrue.ts";

/** Whether a Manifest is the one that was planned, byte for byte. */
export function isPlannedManifest({ inputs }: Certificate, bytes: Uint8Array): boolean {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return inputs.some((one) => one.kind === "manifest" && one.sha256 === sha256);
}

/** Looks each row of the Manifest up at its line. */
export function checkPlaces({ inputs, places }: Certificate, manifest: string): Fault | null {
  return faultOf(() => {
    const lines = manifest.split(/\r\n|\n|\r/);
    const files = inputs.flatMap(({ kind, file }) => (kind === "manifest" ? [file] : []));
    for (const [at, { file, line, text }] of places.entries()) {
      if (!files.includes(file)) continue;
      const found = entry(lines, line - 1, `places.${at}`);
      demand(found === text, `places.${at}`, `line ${line} of the Manifest is another one`);
    }
  });
}
