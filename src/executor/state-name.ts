import type { Query, State } from "../core/protocol.ts";
import type { Member } from "../deployment/deployment.ts";
import type { RoundName } from "../deployment/rounds.ts";

/** The word an Interface is called with in this round. */
export function stateName(round: RoundName, member: Member): State | Query {
  switch (round) {
    case "Download":
      return member.withSizes === "Yes" ? "DownloadWithFileSizes" : "Download";
    case "ExpectOld":
    case "ObserveInterrupted":
    case "ObserveStuck":
    case "ConfirmEnd":
      return "Provides";
    case "ExpectFacts":
      return "Inventory";
    case "OwedCleanup":
      return "Cleanup";
    case "HostReboot":
      return "ArtifactReboot";
    case "HostRollbackReboot":
      return "ArtifactRollbackReboot";
    default:
      return round;
  }
}
