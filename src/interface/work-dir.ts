import { join } from "node:path";
import type { Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import type { ComponentId, ComponentType } from "../core/ids.ts";
import { protocolVersion } from "../core/protocol.ts";
import type { Files } from "../platform/types.ts";
import { componentDirectory } from "./component-directory.ts";

/** What a work dir tells its Interface. */
export interface WorkDirContent {
  readonly componentType: ComponentType;
  /** The Provides as they were before the update. */
  readonly provides: Provides;
  readonly artifact: Artifact;
  /** Whether what the Interface keeps in `tmp/` stays: it does where the last update has had no Cleanup. */
  readonly keepTemporary: boolean;
}

/** The work dir of a Component; `payloads` is the absolute path of the directory that holds all of them. */
export function workDirOf(payloads: string, component: ComponentId): string {
  return join(payloads, componentDirectory(component));
}

/**
 * Makes the File API tree in `workDir` anew. All of it is durable on return, because nobody makes it again after a reboot;
 * until then nobody relies on any of it. As the Mender Client has it,
 * `version` and `current_*` end in a newline and `header/*` do not, and what is not known is an empty file.
 * Throws FileError.
 */
export function prepareWorkDir(files: Files, workDir: string, content: WorkDirContent): void {
  clear(files, workDir, content.keepTemporary);
  const { artifact, componentType, provides } = content;
  const line = (value: string | undefined) => (value === undefined ? "" : `${value}\n`);
  const tree: Readonly<Record<string, string | Uint8Array>> = {
    version: line(String(protocolVersion)),
    current_artifact_group: line(provides.get("artifact_group")),
    current_artifact_name: line(provides.get("artifact_name")),
    current_device_type: line(componentType),
    "header/artifact_group": artifact.group ?? "",
    "header/artifact_name": artifact.name,
    "header/payload_type": artifact.payloadType,
    "header/header-info": artifact.verbatim.headerInfo,
    "header/type-info": artifact.verbatim.typeInfo,
    "header/meta-data": artifact.verbatim.metaData ?? "",
  };
  files.makeDirectory(join(workDir, "tmp"));
  files.makeDirectory(join(workDir, "header"));
  for (const [name, value] of Object.entries(tree)) {
    files.writeNew(join(workDir, name), bytesOf(value));
  }
  files.syncDirectory(join(workDir, "header"));
  files.syncDirectory(workDir);
}

/** Removes a work dir after Cleanup; none is fine. Throws FileError. */
export function removeWorkDir(files: Files, workDir: string): void {
  files.remove(workDir);
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

function clear(files: Files, workDir: string, keepTemporary: boolean): void {
  if (!keepTemporary) {
    files.remove(workDir);
    return;
  }
  if (files.status(workDir) === null) return;
  for (const name of files.list(workDir)) {
    if (name !== "tmp") files.remove(join(workDir, name));
  }
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
