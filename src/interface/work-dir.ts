import { join } from "node:path";
import type { Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import type { ComponentId, ComponentType } from "../core/ids.ts";
import { protocolVersion } from "../core/protocol.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import { componentDirectory } from "./component-directory.ts";

/** What a work dir tells its Interface. */
export interface WorkDirContent {
  readonly componentType: ComponentType;
  /** The Provides as they were before the update. */
  readonly provides: Provides;
  readonly artifact: Artifact;
  /**
   * New for every deployment and every stage of one. What the Interface keeps in `tmp/` stays where the work dir was
   * made for the same one: there was no Cleanup since.
   */
  readonly deploymentId: string;
}

/** Absolute paths of the directories of work dirs: those in use, and those set aside. */
export interface WorkDirPlaces {
  readonly payloads: string;
  readonly setAside: string;
}

/** Bytes of a `deployment_id`. */
const longestId = 256;

/** The work dir of a Component; `payloads` is the absolute path of the directory that holds all of them. */
export function workDirOf(payloads: string, component: ComponentId): string {
  return join(payloads, componentDirectory(component));
}

/**
 * Makes the File API tree in `workDir` anew. All of it is durable on return, because nobody makes it again after a
 * reboot; until then nobody relies on any of it. As the Mender Client has it, `version` and `current_*` end in a
 * newline and `header/*` do not, and what is not known is an empty file. Throws FileError.
 */
export function prepareWorkDir(files: Files, workDir: string, content: WorkDirContent): void {
  const { artifact, componentType, provides, deploymentId } = content;
  clear(files, workDir, deploymentId);
  const line = (value: string | undefined) => (value === undefined ? "" : `${value}\n`);
  files.makeDirectory(join(workDir, "tmp"));
  files.makeDirectory(join(workDir, "header"));
  writeAll(files, join(workDir, "header"), {
    artifact_group: artifact.group ?? "",
    artifact_name: artifact.name,
    payload_type: artifact.payloadType,
    "header-info": artifact.verbatim.headerInfo,
    "type-info": artifact.verbatim.typeInfo,
    "meta-data": artifact.verbatim.metaData ?? "",
  });
  writeAll(files, workDir, {
    version: line(String(protocolVersion)),
    deployment_id: line(deploymentId),
    current_artifact_group: line(provides.get("artifact_group")),
    current_artifact_name: line(provides.get("artifact_name")),
    current_device_type: line(componentType),
  });
}

function writeAll(
  files: Files,
  directory: string,
  tree: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [name, value] of Object.entries(tree)) {
    files.writeNew(join(directory, name), bytesOf(value));
  }
  files.syncDirectory(directory);
}

/** Removes a work dir after Cleanup, and the one set aside before; none is fine. Throws FileError. */
export function removeWorkDir(files: Files, places: WorkDirPlaces, component: ComponentId): void {
  files.remove(workDirOf(places.payloads, component));
  files.remove(workDirOf(places.setAside, component));
}

/**
 * Moves the work dir of a Cleanup that is not called any more out of the way, for people to look at; tells where it is
 * then.
 */
export function setWorkDirAside(
  files: Files,
  places: WorkDirPlaces,
  component: ComponentId,
): string {
  const aside = workDirOf(places.setAside, component);
  const workDir = workDirOf(places.payloads, component);
  files.makeDirectory(places.setAside);
  // It may have been moved by a run that was killed before it could tell.
  if (files.status(workDir) === null) return aside;
  files.remove(aside);
  files.renameDurably(workDir, aside);
  return aside;
}

/**
 * Is there a work dir that was made for another deployment, or another stage. One that was never made whole is
 * nobody's.
 */
export function isOfAnother(files: Files, workDir: string, deploymentId: string): boolean {
  const own = `${deploymentId}\n`;
  const found = madeFor(files, workDir);
  return found?.endsWith("\n") === true && found !== own;
}

/** Makes a work dir in which Cleanup can be called where its own is lost. Throws FileError. */
export function replaceLostWorkDir(
  files: Files,
  workDir: string,
  componentType: ComponentType,
): void {
  if (files.status(workDir) !== null) return;
  files.makeDirectory(join(workDir, "tmp"));
  files.write(join(workDir, "version"), bytesOf(`${protocolVersion}\n`));
  files.write(join(workDir, "current_device_type"), bytesOf(`${componentType}\n`));
}

/**
 * Runs `use` with a work dir for a call outside a deployment (Identity, Provides, Inventory): `version` and an empty
 * `tmp/`, removed afterwards. Throws FileError.
 */
export async function withTemporaryWorkDir<T>(
  files: Files,
  use: (workDir: string) => Promise<T>,
): Promise<T> {
  const workDir = files.makeTemporaryDirectory("orchestrator-");
  try {
    files.makeDirectory(join(workDir, "tmp"));
    files.write(join(workDir, "version"), bytesOf(`${protocolVersion}\n`));
    return await use(workDir);
  } finally {
    files.remove(workDir);
  }
}

function clear(files: Files, workDir: string, deploymentId: string): void {
  if (files.status(workDir) === null) return;
  if (madeFor(files, workDir) !== `${deploymentId}\n`) {
    files.remove(workDir);
    return;
  }
  for (const name of files.list(workDir)) {
    if (name !== "tmp") files.remove(join(workDir, name));
  }
}

function madeFor(files: Files, workDir: string): string | null {
  return unlessRefused(
    () => new TextDecoder().decode(files.read(join(workDir, "deployment_id"), longestId)),
    null,
  );
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
