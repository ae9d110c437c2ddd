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
  // tables of the constraints
  "table-invalid": exitCode.invalid,
  "table-column": exitCode.invalid,
  "table-cell": exitCode.invalid,
  "table-verdict": exitCode.invalid,
  "table-system-version": exitCode.invalid,
  "table-range": exitCode.invalid,
  // Manifest, Topology, and how they fit each other
  "deprecated-form": exitCode.done,
  "topology-components": exitCode.invalid,
  // command line
  "missing-command": exitCode.usage,
  "unknown-command": exitCode.usage,
  "unknown-option": exitCode.usage,
  "missing-argument": exitCode.usage,
  "unexpected-argument": exitCode.usage,
  "invalid-argument": exitCode.usage,
  "no-plan": exitCode.noPlan,
  "plan-undecided": exitCode.noPlan,
  bug: exitCode.unexpected,
  "output-not-written": exitCode.unexpected,
  "demo-failed": exitCode.unexpected,
  "machine-failed": exitCode.unexpected,
  interrupted: exitCode.unexpected,
  // executor
  "interface-still-running": exitCode.notReady,
  "deployment-in-progress": exitCode.inProgress,
  "nothing-in-progress": exitCode.nothingInProgress,
  "stages-need-commit": exitCode.noPlan,
  // journal
  "journal-corrupt": exitCode.unexpected,
  "journal-version": exitCode.inProgress,
  "history-unknown": exitCode.usage,
  "module-payload": exitCode.invalid,
  // deployment
  "version-changed": exitCode.failedUnchanged,
  "rollback-not-supported": exitCode.failedUnchanged,
  "reboot-never-came": exitCode.failedUnchanged,
  "reboot-refused": exitCode.failedUnchanged,
  // archives and Artifacts
  "archive-truncated": exitCode.invalid,
  "archive-invalid": exitCode.invalid,
  "archive-too-large": exitCode.invalid,
  "archive-forbidden-entry": exitCode.invalid,
  "archive-trailing-data": exitCode.invalid,
  "archive-compression": exitCode.invalid,
  "decompressor-missing": exitCode.notReady,
  "not-enough-space": exitCode.notReady,
  "artifact-version-unsupported": exitCode.invalid,
  "artifact-layout": exitCode.invalid,
  "artifact-manifest-invalid": exitCode.invalid,
  "artifact-header-invalid": exitCode.invalid,
  "artifact-multiple-payloads": exitCode.invalid,
  "artifact-empty-payload": exitCode.invalid,
  "artifact-augmented": exitCode.invalid,
  "artifact-state-scripts": exitCode.invalid,
  "artifact-checksum": exitCode.untrusted,
  "artifact-unsigned": exitCode.untrusted,
  "artifact-signature": exitCode.untrusted,
  // keys
  "key-unreadable": exitCode.invalid,
  "key-unsupported": exitCode.invalid,
  // bundles
  "bundle-version-unsupported": exitCode.invalid,
  "bundle-layout": exitCode.invalid,
  "bundle-checksums-invalid": exitCode.invalid,
  "bundle-too-many-entries": exitCode.invalid,
  "bundle-manifest-missing": exitCode.invalid,
  "bundle-compressed": exitCode.invalid,
  "bundle-extract": exitCode.invalid,
  "bundle-checksum": exitCode.untrusted,
  "bundle-unsigned": exitCode.untrusted,
  "bundle-signature": exitCode.untrusted,
  // Interfaces
  "interface-missing": exitCode.notReady,
  "interface-not-a-file": exitCode.notReady,
  "interface-not-executable": exitCode.notReady,
  "interface-writable": exitCode.notReady,
  "interface-failed": exitCode.notReady,
  "identity-invalid": exitCode.notReady,
  "identity-shared": exitCode.notReady,
  "provides-invalid": exitCode.notReady,
  "inventory-invalid": exitCode.notReady,
  "answer-invalid": exitCode.failedUnchanged,
  "streams-unread": exitCode.failedUnchanged,
  "payload-not-delivered": exitCode.failedUnchanged,
} as const satisfies Record<string, ExitCode>;

export type ProblemCode = keyof typeof problemCodes;
