/** All that is done with a Component, by name. What comes when is told in program.ts. */
export const roundNames = [
  // states of the protocol; Download stands for DownloadWithFileSizes too
  "Download",
  "ArtifactInstall",
  "ArtifactReboot",
  "ArtifactVerifyReboot",
  "ArtifactCommit",
  "Cleanup",
  // Cleanup of an earlier stage, in which it has failed
  "OwedCleanup",
  "ArtifactRollback",
  "ArtifactRollbackReboot",
  "ArtifactVerifyRollbackReboot",
  "ArtifactFailure",
  // its queries
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "SupportsRollback",
  "NeedsArtifactReboot",
  // Provides, asked to compare
  "ExpectOld",
  "ObserveInterrupted",
  "ObserveStuck",
  "ConfirmEnd",
  // Provides and Inventory, asked for what rules name
  "ExpectFacts",
  // the machine itself
  "HostReboot",
  "HostRollbackReboot",
] as const;
export type RoundName = (typeof roundNames)[number];
