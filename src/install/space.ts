import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Plan, Stage, Step } from "../planner/model/plan.ts";
import type { Files } from "../platform/types.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import type { Allotment } from "./allotment.ts";
import type { CheckedArtifact } from "./artifacts.ts";

/** What a file takes beyond its bytes: the rest of its last block, and its entry. */
const fileBytes = 4096;

/** Files and directories of a work dir besides the payload, each of at least a block. */
const workDirFiles = 16;

/** The journal, and what is written besides. */
const journalBytes = 1024 * 1024;

/**
 * Is there room in the datastore for what the plan will store there? A work dir stays until the Cleanup of its stage.
 * The work dirs themselves must fit. The payloads lie in them only where an Interface does not read its streams or asks
 * for the whole Artifact and leaves it, which nobody can know beforehand: where they would not fit, that is a note.
 */
export function checkSpace(
  files: Files,
  datastore: string,
  plan: Plan,
  { ofStep }: Pick<Allotment, "ofStep">,
  artifacts: readonly CheckedArtifact[],
): Result<readonly Problem[]> {
  const free = files.freeBytes(datastore);
  const stored = plan.stages.map((stage) =>
    stepsOf(stage).map((step) => checkedOf(step, ofStep(step), artifacts)),
  );
  const needed = journalBytes + most(stored.map((steps) => sum(steps.map(workDirBytes))));
  const place = `the file system of "${datastore}"`;
  if (needed > free) {
    return fail({
      code: "not-enough-space",
      message: `The deployment needs ${needed} bytes on ${place}, and ${free} are free.`,
      expected: `${needed} bytes`,
      got: `${free} bytes`,
      hint: "Free some space there, then install again.",
    });
  }
  const payloads = most(stored.map((steps) => sum(steps.map(payloadBytes))));
  if (needed + payloads <= free) return ok([]);
  return ok([
    {
      code: "space-may-run-out",
      message: `The payloads take ${payloads} bytes on ${place} if the Interfaces do not read their streams, and ${free - needed} are free for them.`,
      expected: `${payloads} bytes`,
      got: `${free - needed} bytes`,
      hint: "Free some space there, unless the Interfaces read their streams.",
    },
  ]);
}

function stepsOf({ groups }: Stage): readonly Step[] {
  return groups.flat();
}

function checkedOf(
  step: Step,
  located: LocatedArtifact | null,
  artifacts: readonly CheckedArtifact[],
): CheckedArtifact {
  const found = artifacts.find((one) => one.located === located);
  if (found === undefined) throw new Error(`no Artifact "${step.to}" for "${step.component}"`);
  return found;
}

function workDirBytes({ located }: CheckedArtifact): number {
  const { headerInfo, typeInfo, metaData } = located.artifact.verbatim;
  return workDirFiles * fileBytes + headerInfo.length + typeInfo.length + (metaData?.length ?? 0);
}

/** Its files, or the whole Artifact: whichever is more. */
function payloadBytes({ located, payload }: CheckedArtifact): number {
  // What is still on the Server tells only its own size.
  const { bytes, files } = payload ?? { bytes: 0, files: 0 };
  return Math.max(located.size + fileBytes, bytes + files * fileBytes);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function most(numbers: readonly number[]): number {
  return Math.max(0, ...numbers);
}
