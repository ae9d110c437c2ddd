import { join } from "node:path";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type ReleaseMemory, releaseMemory } from "../executor/journals.ts";
import type { Datastore } from "../journal/datastore.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import { deskNotes, expiryProblem, type Release } from "./expiry.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/** What the caller takes upon themselves. */
export interface AcceptedRisks {
  readonly allowDowngrade: boolean;
  readonly acceptExpired: boolean;
}

/** What is asked of the machine: its history and its clock. */
export interface Past {
  readonly files: Files;
  readonly store: Datastore;
  readonly now: Date;
}

/** May this release be installed at all, by its place in the sequence and its date? Gives notes. */
export function checkRelease(
  past: Past,
  manifest: Release,
  risks: AcceptedRisks,
): Result<readonly Problem[]> {
  const age = risks.allowDowngrade ? [] : ageProblems(past, manifest);
  const expiry = expiryProblem(manifest, past.now);
  const isUnjudged = expiry?.code === "clock-not-set";
  const refusals = [
    ...age.filter(({ code }) => code === "release-older"),
    ...(expiry === null || isUnjudged || risks.acceptExpired ? [] : [expiry]),
  ];
  if (refusals.length > 0) return fail(...refusals);
  return ok([...age, ...(expiry === null ? [] : [expiry])]);
}

/**
 * What `install` would say of this release here, for commands that only tell: refusals are problems on a device. At a
 * desk nobody installs anything, so an expired release is a note there, and no release is older than another.
 */
export function foretellRelease(
  machine: Machine,
  manifest: Release,
  risks: AcceptedRisks = noRisks,
): Result<readonly Problem[]> {
  const { files, clock } = machine.platform;
  if (!isDevice(machine)) return ok(deskNotes(machine, manifest));
  const past = { files, store: datastoreOf(machine), now: clock.now() };
  // Whoever may not look into the history is told so by the commands that need it.
  return unlessRefused(() => checkRelease(past, manifest, risks), ok([]));
}

/** The same as notes, for commands that tell more of a release than whether it may be installed. */
export function releaseNotes(machine: Machine, manifest: Release): readonly Problem[] {
  const told = foretellRelease(machine, manifest);
  return told.ok ? told.value : told.problems;
}

const noRisks: AcceptedRisks = { allowDowngrade: false, acceptExpired: false };

/** A device has a Topology. */
function isDevice({ platform: { files }, environment }: Machine): boolean {
  const directory = environment.topologyDir ?? environment.datastoreDir;
  return unlessRefused(() => files.status(join(directory.value, "topology.yaml")), null) !== null;
}

function ageProblems({ files, store }: Past, release: Release): readonly Problem[] {
  const { file, sequence } = release;
  const memory = releaseMemory(files, store);
  const last = memory.last?.sequence ?? null;
  // Who could leave the sequence out could pass any old release off as a new one.
  if (last === null || (sequence !== null && sequence >= last)) return lostMemory(release, memory);
  return [
    {
      code: "release-older",
      message: `This release has ${sequence === null ? "no sequence" : `the sequence ${String(sequence)}`}, but ${String(last)} is installed.`,
      at: { file },
      expected: `${String(last)} or more`,
      got: sequence === null ? "none" : String(sequence),
      hint: "Install the newer release, or say --allow-downgrade if going back is what you want.",
    },
  ];
}

/** A damaged disk must not keep an offline machine from every update: what nobody knows any more is a warning. */
function lostMemory({ file }: Release, { last, unreadable }: ReleaseMemory): readonly Problem[] {
  if (unreadable.length === 0) return [];
  const { length } = unreadable;
  const journals =
    length === 1
      ? "the journal of a past deployment"
      : `the journals of ${String(length)} past deployments`;
  const known = last === null ? "none is known" : `the last one known is ${String(last.sequence)}`;
  return [
    {
      code: "release-unknown",
      message: `Whether a newer release than this one was installed is not known: ${journals} cannot be read, and of the others ${known}.`,
      at: { file },
      hint: "Look at history and check the disk; the release is taken as it is.",
    },
  ];
}
