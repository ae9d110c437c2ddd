import { asResult } from "../../artifact/artifact-error.ts";
import type { ArtifactName, ComponentType } from "../../core/ids.ts";
import type { Result } from "../../core/result.ts";
import type { ByteSource } from "../../platform/types.ts";
import { type Downloadable, serverSource } from "./download.ts";
import { limits } from "./limits.ts";
import { type Listing, listRelease } from "./listing.ts";
import type { ServerPorts } from "./ports.ts";
import { openSession } from "./session.ts";

/** The Mender Server as a source of Artifacts. Asks nothing before it is asked. */
export interface MenderServer {
  /** What it lists of a release for a Component type; an empty list where it knows no such release. */
  candidates(release: ArtifactName, type: ComponentType): Promise<Result<Listing>>;
  /**
   * The bytes of an Artifact that it lists, to be verified like those of any other source. `purpose` says what they are
   * wanted for: of a header no more is asked for than is read.
   */
  source(artifact: Downloadable, purpose: "header" | "all"): ByteSource;
}

export function menderServer(ports: ServerPorts): MenderServer {
  const session = openSession(ports);
  return {
    candidates: (release, type) =>
      asResult("mender-server", () => listRelease(session, release, type)),
    source: (artifact, purpose) =>
      serverSource(
        ports,
        session,
        artifact,
        purpose === "header" ? limits.headerStep : artifact.size,
      ),
  };
}
