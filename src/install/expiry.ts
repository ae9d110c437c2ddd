import type { Problem } from "../core/problem.ts";
import { programReleased } from "../core/program-version.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Machine } from "./machine.ts";

/** What tells how old a release is. */
export type Release = Pick<Manifest, "file" | "sequence" | "expires">;

/** At a desk nobody installs anything: there an expired release is a note. */
export function deskNotes({ platform: { clock } }: Machine, manifest: Release): readonly Problem[] {
  const expiry = expiryProblem(manifest, clock.now());
  return expiry === null ? [] : [expiry];
}

/** A dead clock battery must not brick an offline machine: a clock that cannot be right judges nothing. */
export function expiryProblem({ file, expires }: Release, now: Date): Problem | null {
  if (expires === null) return null;
  if (now < new Date(programReleased)) {
    return {
      code: "clock-not-set",
      message: `The clock says ${now.toISOString()}, which is before this program was made, so nobody knows whether the release has expired.`,
      at: { file },
      hint: "Set the clock; the release is taken as it is.",
    };
  }
  if (now <= new Date(expires)) return null;
  return {
    code: "release-expired",
    message: `This release has expired at ${expires}.`,
    at: { file },
    got: now.toISOString(),
    hint: "Get a newer one, or say --accept expired if you know that it is still good.",
  };
}
