import type { Deployment } from "./deployment.ts";
import { enterBack } from "./error-path.ts";
import { ForeignRecord } from "./foreign-record.ts";
import { next } from "./next.ts";
import { programOf } from "./program.ts";
import type { RoundName } from "./rounds.ts";
import type { Intent } from "./records.ts";

/** Sets the cursor to where the intent belongs in the program; throws where it belongs nowhere. */
export type FindPosition = (deployment: Deployment, intent: Intent) => Deployment;

/** What this build does is what comes next, and nothing else. */
export const strictPosition: FindPosition = (deployment, intent) => {
  const here = comingPosition(deployment, intent);
  if (here === null) throw misplaced(intent);
  return here;
};

/**
 * In a journal that is read. A build before this one may have asked less, or have gone another way than this one would:
 * what it has done is done, and is followed, because a deployment that nobody can read any more could neither be
 * finished nor undone. A round without any position is of another program.
 */
export const replayPosition: FindPosition = (deployment, intent) => {
  const here = comingPosition(deployment, intent);
  if (here !== null) return here;
  const there = positionOnSomeWay(deployment, intent);
  if (there === null) throw misplaced(intent);
  return { ...there, mustReplan: false };
};

function misplaced({ round }: Intent): ForeignRecord {
  return new ForeignRecord(`${round} does not follow here`);
}

function comingPosition(deployment: Deployment, { round, group }: Intent): Deployment | null {
  const coming = next(deployment);
  if (coming.kind !== "round" || coming.row.name !== round || coming.group !== group) return null;
  return coming.at === deployment.cursor ? deployment : { ...deployment, cursor: coming.at };
}

function positionOnSomeWay(deployment: Deployment, intent: Intent): Deployment | null {
  const here = ahead(deployment, intent);
  switch (deployment.direction) {
    case "forward":
      return passing(here) ?? passing(ahead(enterBack(deployment), intent));
    case "back": {
      const forward: Deployment = { ...deployment, direction: "forward", cursor: 0, failure: null };
      return passing(here) ?? passing(ahead(forward, intent)) ?? arrived(here);
    }
    default:
      return arrived(here);
  }
}

/** From here to there. */
interface Passage {
  readonly from: Deployment;
  readonly to: number;
}

/** The error path makes some of its rounds again. */
function ahead(from: Deployment, intent: Intent): Passage | null {
  const isForward = from.direction === "forward";
  const to = lineOf(from, intent, from.cursor) ?? (isForward ? null : lineOf(from, intent, 0));
  return to === null ? null : { from, to };
}

function lineOf(deployment: Deployment, { round, group }: Intent, from: number): number | null {
  const lines = programOf(deployment);
  const found = lines.findIndex(
    (line, index) =>
      index >= from && line.kind === "round" && line.row.name === round && line.group === group,
  );
  return found < 0 ? null : found;
}

function arrived(passage: Passage | null): Deployment | null {
  return passage === null ? null : { ...passage.from, cursor: passage.to };
}

/** Without these a way is none: who has left them out was on the other one. */
const decisive: readonly RoundName[] = ["ArtifactInstall", "ArtifactCommit", "ArtifactRollback"];

/** Null where something decisive would be passed over that some Component still needs. */
function passing(passage: Passage | null): Deployment | null {
  if (passage === null) return null;
  const { from: deployment, to } = passage;
  for (let from = deployment.cursor; ;) {
    const coming = next({ ...deployment, cursor: from });
    if (coming.kind === "through" || coming.kind === "replan" || coming.at >= to) {
      return arrived(passage);
    }
    if (coming.kind === "round" && decisive.includes(coming.row.name)) return null;
    from = coming.at + 1;
  }
}
