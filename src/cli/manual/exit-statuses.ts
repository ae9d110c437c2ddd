import type { ExitCode } from "../../core/exit-code.ts";

/** What each exit status means, for help and the manual page; docs/cli.md has the same table. */
export const exitStatuses: Readonly<Record<ExitCode, string>> = {
  0: "done, or nothing to do",
  1: "unexpected: a bug, or a machine that fails",
  2: "nothing in progress to resume, commit or roll back",
  4: "the host must reboot; then call resume",
  5: "waiting for a gate; then call resume; ask-gates: not now",
  10: "wrong use of the command line",
  11: "invalid Manifest, Topology, bundle, Artifact or configuration",
  12: "not trusted: a checksum or a signature is wrong",
  13: "not compatible: the System's type, or what an Artifact depends on",
  14: "no acceptable plan; simulate: an end that is not acceptable; verify-plan: untrue",
  15: "not ready: an Interface is missing, a Component absent, space too small, a gate says no",
  17: "another deployment is in progress, or another process holds the lock",
  20: "failed, nothing was changed",
  21: "failed, and stopped before ArtifactRollback or Cleanup as asked",
  22: "failed, rolled back",
  24: "failed, the System is in an acceptable state other than the old one",
  30: "failed, INCONSISTENT: Components are in an unknown or unacceptable state",
};
