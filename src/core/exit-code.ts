/**
 * How a run ended, as the process's exit status. The first four are Mender's and can never change:
 * its update module treats all but `done` and `rebootRequired` as failure.
 */
export const exitCode = {
  done: 0,
  unexpected: 1,
  nothingInProgress: 2,
  rebootRequired: 4,
  waiting: 5,
  usage: 10,
  invalid: 11,
  untrusted: 12,
  incompatible: 13,
  noPlan: 14,
  notReady: 15,
  inProgress: 17,
  failedUnchanged: 20,
  failedStopped: 21,
  failedRolledBack: 22,
  failedElsewhere: 24,
  inconsistent: 30,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
