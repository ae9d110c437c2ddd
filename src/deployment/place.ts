import { type Deployment, groupCount } from "./deployment.ts";
import { enterBack } from "./error-path.ts";
import { next } from "./next.ts";
import { program, type RoundName } from "./program.ts";
import type { Intent } from "./records.ts";

/**
 * The deployment at the place in its program where the intent belongs. In a journal of this build that is what comes
 * next. A build before it may have asked less, or have gone another way than this one would: what it has done is done,
 * and is followed, because a deployment that nobody can read any more could neither be finished nor undone. Throws where
 * the round has no place at all: a journal of another program.
 */
export function placed(deployment: Deployment, intent: Intent): Deployment {
  const coming = next(deployment);
  if (coming.kind === "round" && coming.row.name === intent.round) {
    return { ...deployment, cursor: coming.at };
  }
  const followed = onItsWay(deployment, intent) ?? onTheOtherWay(deployment, intent);
  if (followed === null) throw new Error(`${intent.round} does not follow here`);
  return { ...followed, mustReplan: false };
}

function onItsWay(deployment: Deployment, intent: Intent): Deployment | null {
  const ahead = lineOf(deployment, intent, deployment.cursor);
  if (deployment.way !== "forward") {
    return at(deployment, ahead ?? lineOf(deployment, intent, 0));
  }
  return ahead !== null && mayPassTo(deployment, ahead) ? at(deployment, ahead) : null;
}

function onTheOtherWay(deployment: Deployment, intent: Intent): Deployment | null {
  switch (deployment.way) {
    case "forward": {
      const back = enterBack(deployment);
      return at(back, lineOf(back, intent, 0));
    }
    case "back": {
      const forward: Deployment = { ...deployment, way: "forward", failure: null };
      return at(forward, lineOf(forward, intent, 0));
    }
    default:
      return null;
  }
}

function at(deployment: Deployment, cursor: number | null): Deployment | null {
  return cursor === null ? null : { ...deployment, cursor };
}

function lineOf(deployment: Deployment, { round, group }: Intent, from: number): number | null {
  const lines = program(deployment.way, groupCount(deployment), deployment.stage === 0);
  const found = lines.findIndex(
    (line, index) =>
      index >= from && line.kind === "round" && line.row.name === round && line.group === group,
  );
  return found < 0 ? null : found;
}

/** Without these a way forward is none: who has left them out was on the way back. */
const decisive: readonly RoundName[] = ["ArtifactInstall", "ArtifactCommit"];

function mayPassTo(deployment: Deployment, place: number): boolean {
  for (let from = deployment.cursor; ;) {
    const coming = next({ ...deployment, cursor: from });
    if (coming.kind === "through" || coming.kind === "replan" || coming.at >= place) return true;
    if (coming.kind === "round" && decisive.includes(coming.row.name)) return false;
    from = coming.at + 1;
  }
}
