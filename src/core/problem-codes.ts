import { exitCode, type ExitCode } from "./exit-code.ts";

/**
 * Every problem this program can report, with the exit status it leads to. A code is part of the
 * interface: tools match on it, docs/problems.md explains it, and it is never renamed.
 */
export const problemCodes = {
  // files and YAML
  "file-unreadable": exitCode.invalid,
  "file-too-large": exitCode.invalid,
  "yaml-syntax": exitCode.invalid,
  "yaml-duplicate-key": exitCode.invalid,
  "yaml-forbidden": exitCode.invalid,
  "unknown-field": exitCode.invalid,
  "missing-field": exitCode.invalid,
  "wrong-type": exitCode.invalid,
  "wrong-value": exitCode.invalid,
  // deployment
  "version-changed": exitCode.failedUnchanged,
  "rollback-not-supported": exitCode.failedUnchanged,
  "reboot-never-came": exitCode.failedUnchanged,
  "reboot-refused": exitCode.failedUnchanged,
} as const satisfies Record<string, ExitCode>;

export type ProblemCode = keyof typeof problemCodes;
