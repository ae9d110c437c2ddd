import type { Event } from "../core/events.ts";
import { type Deployment, hasFailedOwedCleanup, type Member } from "../deployment/deployment.ts";
import {
  isOfAnother,
  setWorkDirAside,
  workDirOf,
  type WorkDirPlaces,
} from "../interface/work-dir.ts";
import type { Files } from "../platform/types.ts";
import { setAsideNote } from "./owed.ts";

export interface LeftWorkDirPorts {
  readonly files: Files;
  readonly places: WorkDirPlaces;
  readonly emit: (event: Event) => void;
}

/** New for every stage: what a work dir is made for. */
export function stageId({ begin, stage }: Pick<Deployment, "begin" | "stage">): string {
  return `${begin.deployment}-${String(stage + 1)}`;
}

/**
 * What an owed Cleanup that has not come to its end has left is for people to look at: it is kept where nothing that
 * follows removes it. Nothing where the work dir was made for this stage, or is set aside already.
 */
export function setLeftWorkDirAside(
  { files, places, emit }: LeftWorkDirPorts,
  deployment: Deployment,
  member: Member,
): void {
  const workDir = workDirOf(places.payloads, member.id);
  if (!hasFailedOwedCleanup(member)) return;
  if (!isOfAnother(files, workDir, stageId(deployment))) return;
  const aside = setWorkDirAside(files, places, member.id);
  emit({ type: "note", message: setAsideNote(member.id, aside, "has not come to its end") });
}
