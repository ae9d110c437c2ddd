import type { Artifact } from "../artifact/types.ts";
import type { Problem } from "../core/problem.ts";
import type { Access, PlannedBytes } from "./access.ts";
import { openArtifact } from "./open.ts";

/** What a plan knows of an Artifact. */
export interface Planned extends PlannedBytes {
  readonly name: Artifact["name"];
}

/** None where the Artifact that was planned lies in its place, as far as its header tells. */
export async function stillThere(access: Access, planned: Planned): Promise<readonly Problem[]> {
  const opened = await openArtifact(access, looselyPlanned(planned), "header");
  if (!opened.ok) return opened.problems;
  const { source, artifact, close } = opened.value;
  close();
  const { identity } = planned;
  return identity === undefined || artifact.identity === identity
    ? []
    : [exchanged(source.name, artifact, planned.name, identity)];
}

/** Whatever lies in its place, to tell what it is. */
function looselyPlanned(planned: Planned): PlannedBytes {
  const { location } = planned;
  return location.kind === "cache" || location.kind === "server" ? planned : { location };
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
