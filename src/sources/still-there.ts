import type { Artifact } from "../artifact/types.ts";
import type { Problem } from "../core/problem.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { type Access, openArtifact } from "./open.ts";

/** What a plan knows of an Artifact. */
export interface Planned {
  readonly location: ArtifactLocation;
  readonly name: Artifact["name"];
  /** Undefined: the journal is of a time that did not know it. */
  readonly identity?: Artifact["identity"] | undefined;
}

/** None where the Artifact that was planned lies in its place, as far as its header tells. */
export async function stillThere(access: Access, planned: Planned): Promise<readonly Problem[]> {
  const opened = await openArtifact(access, planned.location);
  if (!opened.ok) return opened.problems;
  const { source, artifact, close } = opened.value;
  close();
  const { identity } = planned;
  return identity === undefined || artifact.identity === identity
    ? []
    : [exchanged(source.name, artifact, planned.name, identity)];
}

function exchanged(
  file: string,
  found: Artifact,
  name: Artifact["name"],
  identity: Artifact["identity"],
): Problem {
  return {
    code: "source-changed",
    message: `"${file}" is needed and holds another Artifact than when the deployment began.`,
    at: { file },
    expected: `"${name}", whose manifest has the checksum ${identity}`,
    got: `"${found.name}", whose manifest has the checksum ${found.identity}`,
    hint: "Put the Artifact back that was there and call this command again; or call rollback.",
  };
}
