/** The words of Interface protocol v1, spelled as the protocol spells them. */

export const states = [
  "Download",
  "DownloadWithFileSizes",
  "ArtifactInstall",
  "ArtifactReboot",
  "ArtifactVerifyReboot",
  "ArtifactCommit",
  "Cleanup",
  "ArtifactRollback",
  "ArtifactRollbackReboot",
  "ArtifactVerifyRollbackReboot",
  "ArtifactFailure",
] as const;
export type State = (typeof states)[number];

export const queries = [
  "Identity",
  "Provides",
  "Inventory",
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "NeedsArtifactReboot",
  "SupportsRollback",
] as const;
export type Query = (typeof queries)[number];

/** Answers to the queries that take one word; the first is what "printed nothing" means. */
export const answers = {
  NeedsUnpackedArtifact: ["Yes", "No"],
  ProvidePayloadFileSizes: ["No", "Yes"],
  NeedsArtifactReboot: ["No", "Automatic", "Yes"],
  SupportsRollback: ["No", "Yes"],
} as const;
export type WordQuery = keyof typeof answers;
export type Answer<Q extends WordQuery> = (typeof answers)[Q][number];

/** Where a run may be told to stop; `ArtifactInstall` is ours, the others are Mender's. */
export const stopPoints = [
  "ArtifactInstall",
  "ArtifactCommit",
  "ArtifactRollback",
  "Cleanup",
] as const;
export type StopPoint = (typeof stopPoints)[number];

/** When a gate may be asked; docs/gates.md tells of each. */
export const gateMoments = ["start", "group", "reboot", "commit"] as const;
export type GateMoment = (typeof gateMoments)[number];

/** The version of the protocol, written into every work dir. */
export const protocolVersion = 1;
