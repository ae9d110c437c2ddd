import { dirname } from "node:path";
import type { ProblemCode } from "../core/problem-codes.ts";
import type { Problem } from "../core/problem.ts";
import { ok, type Result } from "../core/result.ts";
import type { Sha256 } from "../core/ids.ts";
import type { Deployment, Failure } from "../deployment/deployment.ts";
import type { Begin } from "../deployment/records.ts";
import { deploymentOf } from "../executor/deployment-of.ts";
import { currentFormat } from "../executor/journals.ts";
import { listHistory, readPast } from "../journal/history.ts";
import { currentDeployment } from "./current-deployment.ts";
import { inputFile } from "./input-directory.ts";
import { withSystemInput } from "./input.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";
import type { Settings } from "./settings.ts";

/**
 * An install that nobody watches: a stick was plugged in, or the device has started with one in it. So it takes nothing
 * that no key vouches for, tries nothing again that has failed, and goes on with what was interrupted.
 */

/** Null where some key is configured. */
export function withoutKeys({ keys }: Pick<Settings, "keys">): Problem | null {
  if (keys.length > 0) return null;
  return {
    code: "verify-key-missing",
    message: "Nobody watches this install, and no key is configured to tell whose bundle it is.",
    expected: "ArtifactVerifyKey or ArtifactVerifyKeys in the configuration",
    hint: "Configure a key and sign the bundles with it; without one, somebody must call install by hand.",
  };
}

/** A deployment to go on with. */
export interface Interrupted {
  /** Where what it needs lies now; undefined: where it was. */
  readonly from: string | undefined;
}

/**
 * The deployment in progress if it is of this very bundle or Manifest and was interrupted: then installing it is to go
 * on with it. Null as well where somebody drives it step by step, as the Mender Client does. Whatever keeps this from
 * being told is told by the install.
 */
export async function interruptedOf(machine: Machine, given: string): Promise<Interrupted | null> {
  const current = currentDeployment(machine);
  if (!current.ok || current.value === null) return null;
  const { begin, isDriven } = current.value;
  if (isDriven || begin.input === undefined) return null;
  const settings = readGuardedSettings(machine);
  if (!settings.ok || settings.value.keys.length === 0) return null;
  const demand = { ...settings.value, allowUnsignedManifest: false };
  const file = await inputFile(machine, given);
  if (!file.ok) return null;
  const identity = await withSystemInput(machine, demand, file.value, ({ identity: found }) =>
    Promise.resolve(ok(found)),
  );
  if (!identity.ok || identity.value !== begin.input) return null;
  return { from: sourceNow(machine, begin, given, file.value) };
}

/** The bundle whatever its name is now, unless a copy of it is kept here; of Artifacts beside it, the place. */
function sourceNow(
  machine: Machine,
  { artifacts }: Begin,
  given: string,
  file: string,
): string | undefined {
  const bundles = artifacts.flatMap(({ location }) =>
    location.kind === "bundle" ? [location.bundle] : [],
  );
  const [bundle] = bundles;
  if (bundle === undefined) return given;
  return dirname(bundle) === datastoreOf(machine).bundles ? undefined : file;
}

/** The problem of a bundle or a Manifest of which the last deployment here has failed. Throws FileError. */
export function failedBefore(machine: Machine, identity: Sha256): Problem | null {
  const last = lastOf(machine, identity);
  if (last === null || last.ended === null || last.ended.outcome === "success") return null;
  if (isOfSource(last.failure) || madeWay(last)) return null;
  const { deployment, manifest } = last.begin;
  return {
    code: "failed-before",
    message: `Deployment "${deployment}" of this very release, "${manifest}", has failed here, and nobody watches whether it does again.`,
    expected: "a release that has not failed here",
    hint: `history ${deployment} tells why. Prepare another release, or call install by hand, without --unattended.`,
  };
}

/** It was interrupted, and undone for the sake of another one: nothing is known against it. */
function madeWay({ failure, run, ended }: Deployment): boolean {
  const isUndone = ended?.outcome === "failed-unchanged" || ended?.outcome === "failed-rolled-back";
  return isUndone && failure?.kind === "asked" && run.isMakingWay === true;
}

function lastOf(machine: Machine, identity: Sha256): Deployment | null {
  const { files } = machine.platform;
  for (const past of listHistory(files, datastoreOf(machine))) {
    const journal = readPast(files, past, [currentFormat]);
    // One that cannot be read may be of any release; it must not keep a device from every update.
    if (!journal.ok) continue;
    const [first] = journal.value.records;
    if (first?.type !== "begin" || first.input !== identity) continue;
    const deployment: Result<Deployment | null> = deploymentOf(journal.value.records);
    return deployment.ok ? deployment.value : null;
  }
  return null;
}

/**
 * Every byte of a medium was verified before the deployment began: if it reads otherwise later, it is the medium's
 * fault.
 */
const mediumCodes: ReadonlySet<ProblemCode> = new Set([
  "source-gone",
  "source-changed",
  "file-unreadable",
  "bundle-checksum",
  "bundle-layout",
  "bundle-checksums-invalid",
  "bundle-signature",
  "bundle-unsigned",
  "archive-truncated",
  "archive-invalid",
  "archive-compression",
  "archive-trailing-data",
  "artifact-layout",
  "artifact-checksum",
  "artifact-signature",
]);

/** The way to the Mender Server, for the Artifacts of a thin bundle. */
const networkCodes: ReadonlySet<ProblemCode> = new Set([
  "bus-unreachable",
  "authentication-missing",
  "authentication-failed",
  "device-not-authorised",
  "server-unreachable",
  "server-unavailable",
  "server-refused",
  "server-answer-invalid",
  "server-not-trusted",
]);

/**
 * The medium was pulled out or reads otherwise than before, or the network was gone: no fault of what was installed.
 */
function isOfSource(failure: Failure | null): boolean {
  if (failure?.kind !== "component" || failure.reason.kind !== "problem") return false;
  const { code } = failure.reason.problem;
  return mediumCodes.has(code) || networkCodes.has(code);
}
