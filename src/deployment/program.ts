import { assertNever } from "../core/assert-never.ts";
import type { GateMoment, StopPoint } from "../core/protocol.ts";
import {
  type Deployment,
  type Direction,
  groupCount,
  hasFailedInstall,
  isKept,
  isStaying,
  isStuck,
  type Member,
} from "./deployment.ts";
import type { RoundName } from "./rounds.ts";

/**
 * The order in which things are done, as tables: one row a round, from the top to the bottom. A round
 * runs in parallel over the Components it is for and is a barrier: all end before the next one starts.
 * Clauses are those of Interface protocol v1, see docs/interface-protocol.md.
 */

/**
 * `state`: an interrupted one has failed. `query`: changes nothing, so it is asked again.
 * `host`: one reboot for all its Components.
 */
export type RoundKind = "state" | "query" | "host";

export interface Row {
  readonly name: RoundName;
  readonly kind: RoundKind;
  /** Whose Components it may be for: those of its order group, of the whole stage, or of the System. */
  readonly over: "group" | "stage" | "system";
  /** Which of them. */
  readonly who: (member: Member) => boolean;
  /** Still made when a Component of the group has just failed. */
  readonly despiteFailure?: true;
}

const everyone = (): boolean => true;
const hasStarted = (name: RoundName) => (member: Member) => member.ran[name] !== undefined;
const installStarted = hasStarted("ArtifactInstall");
const hasRebooted = (member: Member): boolean =>
  member.ran.ArtifactReboot === "ok" || member.ran.HostReboot === "ok";

const forwardRows: readonly Row[] = [
  { name: "NeedsUnpackedArtifact", kind: "query", over: "group", who: everyone },
  { name: "ProvidePayloadFileSizes", kind: "query", over: "group", who: everyone },
  { name: "Download", kind: "state", over: "group", who: everyone },
  // For the whole group before any ArtifactInstall: the way back must be known first.
  { name: "SupportsRollback", kind: "query", over: "group", who: everyone },
  { name: "ArtifactInstall", kind: "state", over: "group", who: everyone },
  // A failed Component needs its answer for the reboot of the rollback.
  {
    name: "NeedsArtifactReboot",
    kind: "query",
    over: "group",
    who: installStarted,
    despiteFailure: true,
  },
  {
    name: "ArtifactReboot",
    kind: "state",
    over: "group",
    who: (member) => member.needsReboot === "Yes",
  },
  // One reboot for all of the group, after the Components that reboot by themselves.
  {
    name: "HostReboot",
    kind: "host",
    over: "group",
    who: (member) => member.needsReboot === "Automatic",
  },
  { name: "ArtifactVerifyReboot", kind: "state", over: "group", who: hasRebooted },
];

const backRows: readonly Row[] = [
  {
    name: "ArtifactRollback",
    kind: "state",
    over: "group",
    who: (member) => installStarted(member) && member.supportsRollback !== "No",
  },
  // Only where ArtifactInstall was interrupted, so that nobody has asked yet.
  {
    name: "NeedsArtifactReboot",
    kind: "query",
    over: "group",
    who: (member) => hasStarted("ArtifactRollback")(member) && member.needsReboot === null,
  },
  {
    name: "ArtifactRollbackReboot",
    kind: "state",
    over: "group",
    who: (member) => hasStarted("ArtifactRollback")(member) && member.needsReboot === "Yes",
  },
  // The host went into the new version, so it must be taken back into the old one.
  {
    name: "HostRollbackReboot",
    kind: "host",
    over: "group",
    who: (member) =>
      hasStarted("ArtifactRollback")(member) &&
      member.needsReboot === "Automatic" &&
      member.ran.HostReboot === "ok",
  },
  {
    name: "ArtifactVerifyRollbackReboot",
    kind: "state",
    over: "group",
    who: (member) =>
      hasStarted("ArtifactRollbackReboot")(member) || hasStarted("HostRollbackReboot")(member),
  },
];

/** Before a new plan is made: what was left half-way goes back, whatever its group. */
export const undoRows: readonly Row[] = backRows.map((row) => ({
  ...row,
  over: "stage",
  who: (member: Member) => !isKept(member) && !isStuck(member) && row.who(member),
}));

// What is not installed yet must still be what the plan was made from; asked once for a group and run.
const expectOld: Row = {
  name: "ExpectOld",
  kind: "query",
  over: "system",
  who: (member) => !installStarted(member),
};
// What the rules were read with; versions are asked first, so that of a board that was exchanged both are told.
const expectFacts: Row = {
  name: "ExpectFacts",
  kind: "query",
  over: "system",
  who: (member) => member.hasFacts && !installStarted(member),
};
// What an earlier stage could not clean up must be gone before anything of this one is asked or made.
const owedCleanup: Row = {
  name: "OwedCleanup",
  kind: "state",
  over: "stage",
  who: (member) => member.owesCleanup,
};
const failure: Row = {
  name: "ArtifactFailure",
  kind: "state",
  over: "group",
  who: installStarted,
};

/** On the way out a Component is either installed, or undone by its own rollback. */
const outRows: readonly Row[] = [
  ...[{ ...owedCleanup, over: "group" as const }, ...forwardRows].map((row) => ({
    ...row,
    who: (member: Member) =>
      member.step?.means === "install" && !hasFailedInstall(member) && row.who(member),
  })),
  ...backRows.map((row) => ({
    ...row,
    who: (member: Member) =>
      (member.step?.means === "rollback" || hasFailedInstall(member)) && row.who(member),
  })),
];
const commitStaying: Row = { name: "ArtifactCommit", kind: "state", over: "stage", who: isStaying };
const failureOfOthers: Row = {
  name: "ArtifactFailure",
  kind: "state",
  over: "stage",
  who: (member) => installStarted(member) && !isStaying(member),
};

const commit: Row = { name: "ArtifactCommit", kind: "state", over: "group", who: everyone };
const cleanup: Row = { name: "Cleanup", kind: "state", over: "group", who: hasStarted("Download") };
// Only after Cleanup does Provides have to tell the truth.
const confirmEnd: Row = {
  name: "ConfirmEnd",
  kind: "query",
  over: "stage",
  who: hasStarted("Download"),
};

/** Is what is about to be done still as it was planned? */
export const expectations: readonly RoundName[] = ["ExpectOld", "ExpectFacts"];

/** The kind of a round; `ObserveInterrupted` stands in no program, it asks Provides. */
export function kindOf(name: RoundName): RoundKind {
  return kinds.get(name) ?? "query";
}

const kinds = new Map(
  [...forwardRows, ...backRows, failure, commit, cleanup, owedCleanup].map(
    ({ name, kind }) => [name, kind] as const,
  ),
);

/** One line of a program: a stop point that is passed unless the run asks for it, or a round. */
export type Line =
  | { readonly kind: "stop"; readonly before: StopPoint }
  /** The gates of the moment are asked, where the round behind it is for anybody. */
  | { readonly kind: "gate"; readonly moment: GateMoment; readonly group: number | null }
  /** With tables: where a Component of the group is stuck, the way is planned anew from here. */
  | { readonly kind: "checkpoint"; readonly group: number }
  | {
      readonly kind: "round";
      readonly row: Row;
      /** The order group it belongs to; null: none. */
      readonly group: number | null;
    };

const gate = (moment: GateMoment, group: number | null): Line => ({ kind: "gate", moment, group });
const stop = (before: StopPoint): Line => ({ kind: "stop", before });
const checkpoint = (group: number): Line => ({ kind: "checkpoint", group });
const round = (row: Row, group: number | null): Line => ({ kind: "round", row, group });

/** The program of the stage and the direction that a deployment is in. */
export function programOf(deployment: Deployment): readonly Line[] {
  return program(deployment.direction, groupCount(deployment), deployment.stage === 0);
}

/** Asked for at every step, and always the same for the same question. */
const programs = new Map<string, readonly Line[]>();

/** The program of one stage. `groups` is their number; `isFirstStage`: of the deployment. */
export function program(
  direction: Direction,
  groups: number,
  isFirstStage: boolean,
): readonly Line[] {
  const question = `${direction} ${groups} ${isFirstStage}`;
  const known = programs.get(question);
  if (known !== undefined) return known;
  const lines = writeProgram(direction, groups, isFirstStage);
  programs.set(question, lines);
  return lines;
}

function writeProgram(
  direction: Direction,
  groups: number,
  isFirstStage: boolean,
): readonly Line[] {
  const ascending = Array.from({ length: groups }, (_, group) => group);
  switch (direction) {
    case "forward":
      return [
        isFirstStage ? gate("start", null) : round(owedCleanup, null),
        ...ascending.flatMap((group) => forwardGroup(group, isFirstStage)),
        stop("ArtifactCommit"),
        gate("commit", null),
        ...ascending.map((group) => round(commit, group)),
        ...ending(ascending),
      ];
    case "back":
      return [
        stop("ArtifactRollback"),
        ...ascending.toReversed().flatMap(backGroup),
        ...ending(ascending),
      ];
    case "out":
      return [
        ...ascending.flatMap((group) => [
          ...outRows.map((row) => round(row, group)),
          checkpoint(group),
        ]),
        // What stays as it is must not be dropped at the next boot, even where no way out is left.
        round(commitStaying, null),
        round(failureOfOthers, null),
        stop("Cleanup"),
        round({ ...cleanup, over: "stage" }, null),
        round(confirmEnd, null),
      ];
    default:
      return assertNever(direction);
  }
}

function forwardGroup(group: number, isFirstStage: boolean): Line[] {
  // Before the very first group the plan was made from what Provides has just told.
  const isVeryFirst = isFirstStage && group === 0;
  return [
    ...(isVeryFirst ? [] : [round(expectOld, group)]),
    ...forwardRows.flatMap((row) => {
      switch (row.name) {
        case "ArtifactInstall":
          return [
            ...(isVeryFirst ? [stop("ArtifactInstall")] : []),
            gate("group", group),
            // Days may lie between the last look and the run that goes on.
            round(expectOld, group),
            // Always: a Download takes its time.
            round(expectFacts, group),
            round(row, group),
          ];
        case "HostReboot":
          return [gate("reboot", group), round(row, group)];
        default:
          return [round(row, group)];
      }
    }),
  ];
}

function backGroup(group: number): Line[] {
  return [...backRows.map((row) => round(row, group)), checkpoint(group), round(failure, group)];
}

function ending(ascending: readonly number[]): Line[] {
  return [
    stop("Cleanup"),
    ...ascending.map((group) => round(cleanup, group)),
    round(confirmEnd, null),
  ];
}
