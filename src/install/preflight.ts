import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Supply } from "../sources/access.ts";
import { type CheckedArtifact, verifyArtifacts } from "./artifacts.ts";
import { inOwnDirectory } from "./guard-inputs.ts";
import type { InstallOptions } from "./install-options.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import type { PreparedInstall } from "./prepare-install.ts";
import { checkRelease } from "./release.ts";
import { checkSpace } from "./space.ts";
import { failedBefore } from "./unattended.ts";

/** A rollback could not restore the start once an earlier stage is committed. */
export function refusal(plan: Plan, { stopBefore }: InstallOptions): Problem | null {
  if (plan.stages.length < 2 || !stopBefore.includes("ArtifactCommit")) return null;
  return {
    code: "stages-need-commit",
    message: `The plan has ${plan.stages.length} stages, and each must be committed before the next one starts.`,
    expected: "one stage, to stop before its ArtifactCommit",
    hint: "Make each stage a Manifest of its own, or install without --stop-before ArtifactCommit.",
  };
}

export interface Checked {
  readonly artifacts: readonly CheckedArtifact[];
  readonly notes: readonly string[];
}

/**
 * All that may keep the plan from being run: the age of the release, where its files lie, their bytes, and space. Gives
 * notes.
 */
export async function preflight(
  machine: Machine,
  { settings, planning, input }: PreparedInstall,
  plan: Plan,
  { allowDowngrade, accept, unattended }: InstallOptions,
  supply: Supply,
): Promise<Result<Checked>> {
  const { files, clock } = machine.platform;
  const { allotment } = planning;
  const { located } = allotment;
  const release = checkRelease(
    { files, store: datastoreOf(machine), now: clock.now() },
    planning.manifest,
    { allowDowngrade, acceptExpired: accept.includes("expired") },
  );
  if (!release.ok) return release;
  const failed = unattended ? failedBefore(machine, input.identity) : null;
  if (failed !== null) return fail(failed);
  const lost = located.flatMap(
    ({ location }) => (location.kind === "file" && inOwnDirectory(machine, location.path)) || [],
  );
  if (lost.length > 0) return fail(...lost);
  const verified = await verifyArtifacts(machine, settings, supply, located);
  if (!verified.ok) return verified;
  const store = machine.environment.datastoreDir.value;
  const room = checkSpace(files, store, plan, allotment, verified.value);
  if (!room.ok) return room;
  return ok({
    artifacts: verified.value,
    notes: release.value.map(({ message }) => message),
  });
}
