import type { ComponentId } from "../core/ids.ts";
import type { GateMoment, StopPoint } from "../core/protocol.ts";
import { limitsOf } from "../planner/model/crowding.ts";
import {
  type Deployment,
  hasCleanupStarted,
  hasFailedInstall,
  isConstrained,
  isStuck,
  type Member,
} from "./deployment.ts";
import { comingGate, isRefused } from "./gates.ts";
import { expectations, type Line, programOf, type Row, undoRows } from "./program.ts";
import type { PlannedGate } from "./records.ts";

/** What comes next in the program, found from its cursor. */
export type Next =
  | {
      readonly kind: "round";
      readonly row: Row;
      readonly group: number | null;
      readonly components: readonly ComponentId[];
      /** Its place in the program. */
      readonly at: number;
    }
  | { readonly kind: "stop"; readonly before: StopPoint; readonly at: number }
  | {
      readonly kind: "gate";
      readonly gate: PlannedGate;
      readonly moment: GateMoment;
      readonly group: number | null;
      readonly at: number;
    }
  /** The way must be planned anew. */
  | { readonly kind: "replan" }
  /** The program of this stage is through. */
  | { readonly kind: "through" };

/** The last question with its answer: `decide` asks, and where its record is folded in `evolve` asks the same again. */
let asked: { readonly deployment: Deployment; readonly answer: Next } | null = null;

/** The next line that applies: a stop point the run asks for, or a round that some Component still needs. */
export function next(deployment: Deployment): Next {
  if (asked?.deployment !== deployment) asked = { deployment, answer: foundIn(deployment) };
  return asked.answer;
}

function foundIn(deployment: Deployment): Next {
  if (deployment.mustReplan) return anew(deployment);
  const lines = programOf(deployment);
  for (let at = deployment.cursor; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.kind === "stop") {
      if (stopsAt(deployment, line.before)) return { kind: "stop", before: line.before, at };
      continue;
    }
    if (line.kind === "gate") {
      const { moment, group } = line;
      const gate = comingGate(deployment, moment);
      if (gate === null || !guardsAnything(deployment, lines, at)) continue;
      return { kind: "gate", gate, moment, group, at };
    }
    if (line.kind === "checkpoint") {
      if (isBlocked(deployment, line.group)) return anew(deployment);
      continue;
    }
    const components = callees(deployment, line);
    if (components.length === 0) continue;
    // Who makes an interrupted install once more stands behind the look of another run.
    const look = line.row.name === "ArtifactInstall" ? lines[at - 1] : undefined;
    if (look?.kind === "round" && look.row.name === "ExpectFacts") {
      const unread = callees(deployment, look);
      if (unread.length > 0) return { ...look, components: unread, at };
    }
    const due = isTogether(line) ? withinLimits(deployment, components) : components;
    return { kind: "round", row: line.row, group: line.group, components: due, at };
  }
  return { kind: "through" };
}

/**
 * Whatever was left half-way and can go back does so before the way is planned: then it is known where it is. It may be
 * of several groups, so as many at once as the limits allow.
 */
function anew(deployment: Deployment): Next {
  const rounds = undoRows.map((row) => ({
    row,
    components: callees(deployment, { kind: "round", row, group: null }),
  }));
  const together = atOnce(deployment, new Set(rounds.flatMap(({ components }) => components)));
  for (const { row, components } of rounds) {
    const now = components.filter((id) => together.has(id));
    if (now.length > 0)
      return { kind: "round", row, group: null, components: now, at: deployment.cursor };
  }
  return { kind: "replan" };
}

/**
 * Whether the line makes a state over Components of several groups. A group keeps to the limits as a whole; of several
 * groups only so many may be at work, whatever the state: any may take its Component down for a while.
 */
function isTogether({ row }: Extract<Line, { kind: "round" }>): boolean {
  return row.over === "stage" && row.kind === "state";
}

function withinLimits(
  deployment: Deployment,
  components: readonly ComponentId[],
): readonly ComponentId[] {
  const together = atOnce(deployment, new Set(components));
  return components.filter((id) => together.has(id));
}

/** Those of them that may be at work at the same time; who has begun to be undone comes first. */
function atOnce(
  { members, begin: { system } }: Deployment,
  due: ReadonlySet<ComponentId>,
): ReadonlySet<ComponentId> {
  const limits = limitsOf(system);
  const waiting = [...members.entries()].filter(([, { id }]) => due.has(id));
  const hasBegun = ({ ran }: Member) => ran.ArtifactRollback !== undefined;
  const chosen: (typeof waiting)[number][] = [];
  for (const one of waiting.toSorted(([, a], [, b]) => Number(hasBegun(b)) - Number(hasBegun(a)))) {
    const hasRoom = limits.every(
      ({ most, counts }) =>
        !counts(one[0]) || chosen.filter(([component]) => counts(component)).length < most,
    );
    if (hasRoom) chosen.push(one);
  }
  return new Set(chosen.map(([, { id }]) => id));
}

/**
 * With tables, undoing a lower group past a Component that stays new could lead into the very
 * combination they forbid. Without tables the protocol passes it over.
 */
function isBlocked(deployment: Deployment, group: number): boolean {
  if (!isConstrained(deployment)) return false;
  return deployment.members.some(
    (member) =>
      member.step?.group === group &&
      (isStuck(member) || (deployment.direction === "out" && hasFailedInstall(member))),
  );
}

/** Whether the round behind the gates at this line, past the expectations, is for anybody. */
function guardsAnything(deployment: Deployment, lines: readonly Line[], at: number): boolean {
  const behind = lines.slice(at + 1, at + 2 + expectations.length);
  const guarded = behind.find(
    (line) => line.kind === "round" && !expectations.includes(line.row.name),
  );
  return guarded?.kind === "round" && callees(deployment, guarded).length > 0;
}

function stopsAt(deployment: Deployment, before: StopPoint): boolean {
  // There is nothing to go back over: what was refused ends where it began.
  if (isRefused(deployment)) return false;
  if (!deployment.run.stopBefore.includes(before)) return false;
  return !(before === "Cleanup" && hasCleanupStarted(deployment));
}

function callees(
  deployment: Deployment,
  line: Extract<Line, { kind: "round" }>,
): readonly ComponentId[] {
  if (isAnswered(deployment, line.row)) return [];
  // Asked for every line of the program at every step: nothing is made but the answer.
  const found: ComponentId[] = [];
  for (const member of deployment.members) {
    const isDue = isWithin(member, line) && isOpen(member, line.row) && line.row.who(member);
    if (isDue) found.push(member.id);
  }
  return found;
}

function isAnswered({ hasAskedOld, hasAskedFacts }: Deployment, { name }: Row): boolean {
  return (name === "ExpectOld" && hasAskedOld) || (name === "ExpectFacts" && hasAskedFacts);
}

function isWithin(member: Member, line: Extract<Line, { kind: "round" }>): boolean {
  switch (line.row.over) {
    case "group":
      return member.step !== null && member.step.group === line.group;
    case "stage":
      return member.step !== null;
    default:
      return true;
  }
}

/** A round is over for a Component once it has run. */
function isOpen(member: Member, row: Row): boolean {
  const progress = member.ran[row.name];
  return progress === undefined || progress === "again";
}
