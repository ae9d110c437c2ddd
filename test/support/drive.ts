import * as z from "zod";
import type { FailureReason } from "../../src/core/events.ts";
import {
  ArtifactName,
  ComponentId,
  ComponentType,
  SystemVersion,
  Version,
} from "../../src/core/ids.ts";
import type { GateMoment, StopPoint } from "../../src/core/protocol.ts";
import { contingencyPlan } from "../../src/deployment/contingency-plan.ts";
import { decide } from "../../src/deployment/decide.ts";
import { type Deployment, owingCleanup } from "../../src/deployment/deployment.ts";
import { begin, evolve } from "../../src/deployment/evolve.ts";
import type {
  Begin,
  FoundFact,
  GateAnswer,
  JournalRecord,
  PlannedGate,
  Run,
  TopologyComponent,
} from "../../src/deployment/records.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import type { System } from "../../src/manifest/system.ts";

/** Drives the pure machine in a test: a System of boards, each going from v1 to v2, and scripted ends. */

export interface BoardSpec {
  readonly id: string;
  readonly type?: string;
  readonly group: number;
  readonly supportsRollback?: "Yes" | "No";
  readonly needsReboot?: "No" | "Automatic" | "Yes";
  readonly onInterrupt?: TopologyComponent["onInterrupt"];
  /** With tables: what the plan reckons with. */
  readonly declaredRollback?: boolean;
  /** The facts that rules ask of it, by key; null: nobody tells it. */
  readonly facts?: Readonly<Record<string, string | null>>;
}

export interface SystemSpec {
  readonly boards: readonly BoardSpec[];
  /** True: tables in which all of v1 and all of v2 are end states, and anything may be passed through. */
  readonly constrained?: boolean;
  readonly exitOnReboot?: boolean;
  readonly gates?: readonly PlannedGate[];
  /** Under a caller that takes a wait for a failure: how long a gate is waited for, in milliseconds. */
  readonly gateWaitMs?: number;
}

export function beginOf(spec: SystemSpec): Begin {
  const types = [...new Set(spec.boards.map(typeName))];
  const groups = [...new Set(spec.boards.map((board) => board.group))].toSorted((a, b) => a - b);
  const rule = { file: "m.yaml", line: 1, row: "| all |" };
  const columns = types.map((_, type) => ({ type, component: null }));
  const system: System = {
    types: types.map((name) => ({
      name: ComponentType.parse(name),
      versions: [Version.parse(`${name}-v1`), Version.parse(`${name}-v2`)],
      target: 1,
      maxParallel: null,
      order: null,
    })),
    components: spec.boards.map((board) => ({
      id: ComponentId.parse(board.id),
      type: types.indexOf(typeName(board)),
      start: 0,
      supportsRollback: board.declaredRollback ?? true,
      rebootsHost: false,
      hops: [[1], [0]],
      ...(board.facts !== undefined && { facts: plannedFacts(board.facts) }),
    })),
    endTables:
      spec.constrained === true
        ? [
            {
              name: "end states",
              columns,
              rows: [0, 1].map((version) => ({
                systemVersion: SystemVersion.parse(`v.${String(version + 1)}`),
                cells: types.map(() => [version]),
                verdict: "yes" as const,
                rule,
              })),
            },
          ]
        : [],
    transitionTables:
      spec.constrained === true
        ? [{ name: "all", columns: [], allowByDefault: true, rows: [] }]
        : [],
  };
  return {
    type: "begin",
    format: 1,
    deployment: "d1",
    at: "2026-01-01T00:00:00.000Z",
    manifest: "m",
    sequence: null,
    exitOnReboot: spec.exitOnReboot ?? false,
    system,
    plan: {
      stages: [
        {
          systemVersion: null,
          groups: groups.map((group) =>
            spec.boards
              .filter((board) => board.group === group)
              .map((board) => ({
                component: ComponentId.parse(board.id),
                componentType: ComponentType.parse(typeName(board)),
                from: Version.parse(`${typeName(board)}-v1`),
                to: Version.parse(`${typeName(board)}-v2`),
                allowedBy: [],
              })),
          ),
        },
      ],
      cost: { installs: spec.boards.length, stages: 1, exposure: 0, groups: groups.length },
      optimal: true,
      bound: { installs: spec.boards.length, stages: 1, exposure: 0, groups: groups.length },
      pointOfNoReturn: null,
    },
    components: spec.boards.map((board) => ({
      id: ComponentId.parse(board.id),
      componentType: ComponentType.parse(typeName(board)),
      interface: typeName(board),
      args: [],
      timeoutMs: 1000,
      onInterrupt: board.onInterrupt ?? "rollback",
    })),
    artifacts: types.map((name) => ({
      componentType: ComponentType.parse(name),
      version: Version.parse(`${name}-v2`),
      name: ArtifactName.parse(`${name}-v2`),
      location: { kind: "file", path: `/artifacts/${name}-v2.mender` },
      provides: {},
      clears: null,
    })),
    ...(spec.gates === undefined ? {} : { gates: spec.gates }),
    ...(spec.gateWaitMs === undefined ? {} : { gateWaitMs: spec.gateWaitMs }),
  };
}

const plannedFacts = (facts: NonNullable<BoardSpec["facts"]>) =>
  Object.entries(facts).map(([key, value]) => ({ key, value }));

/** What is told of these facts, as ExpectFacts finds it. */
const foundFacts = (facts: NonNullable<BoardSpec["facts"]>) =>
  plannedFacts(facts).map(({ key, value }) => ({ key, values: value === null ? [] : [value] }));

function typeName(board: BoardSpec): string {
  return board.type ?? "board";
}

export interface Call {
  readonly verb?: Run["verb"];
  readonly stopBefore?: readonly StopPoint[];
  readonly exitOnReboot?: boolean;
  /** An install that takes an orphan back. */
  readonly isMakingWay?: true;
  /** The clock when the call comes, in milliseconds since the boot; it stands still meanwhile. */
  readonly nowMs?: number;
  /** The host booted anew since the last call. */
  readonly rebooted?: boolean;
}

/** What happens to a Component's part of a round; `null` in answer to "cut" ends the run there. */
export type Script = (round: RoundName, id: string, nth: number) => ScriptedEnd;
export type ScriptedEnd =
  | "ok"
  | { readonly fail: FailureReason }
  | { readonly answer: string }
  | { readonly facts: readonly FoundFact[] }
  /** This process dies: before the Interface was started, or while it ran. */
  | { readonly cut: "before-start" | "while-running" };

/** What a gate answers; `cut`: this process dies while it is asked. Everything passes where nothing is scripted. */
export type GateScript = (gate: string, moment: GateMoment) => GateAnswer | "cut";

/** How long each takes to answer, in milliseconds. */
export type GateTakes = (gate: string) => number;

export const exited = (code: number): { readonly fail: FailureReason } => ({
  fail: { kind: "exited", code },
});

const words = z.enum(["Yes", "No", "Automatic"]);

/** The boards themselves: what they run now, and how they answer when nothing is scripted. */
export class Boards {
  readonly versions = new Map<string, string>();
  readonly calls: string[] = [];
  readonly #specs: ReadonlyMap<string, BoardSpec>;
  readonly #seen = new Map<string, number>();
  readonly #script: Script;
  readonly ask: GateScript;
  readonly takesMs: GateTakes;
  constructor(
    spec: SystemSpec,
    script: Script = () => "ok",
    ask: GateScript = () => ({ kind: "go" }),
    takesMs: GateTakes = () => 0,
  ) {
    this.ask = ask;
    this.takesMs = takesMs;
    this.#specs = new Map(spec.boards.map((board) => [board.id, board]));
    this.#script = script;
    for (const board of spec.boards) this.versions.set(board.id, `${typeName(board)}-v1`);
  }
  end(round: RoundName, id: string): ScriptedEnd {
    const key = `${round} ${id}`;
    const nth = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, nth);
    const scripted = this.#script(round, id, nth);
    if (typeof scripted === "object" && "cut" in scripted) {
      if (scripted.cut === "while-running") {
        this.calls.push(key);
        this.#take(round, id);
      }
      return scripted;
    }
    this.calls.push(key);
    if (scripted !== "ok") {
      if (!("fail" in scripted)) return scripted;
      return scripted;
    }
    this.#take(round, id);
    return this.#answer(round, id);
  }
  #take(round: RoundName, id: string): void {
    const spec = this.#specs.get(id);
    if (spec === undefined) return;
    if (round === "ArtifactInstall") this.versions.set(id, `${typeName(spec)}-v2`);
    if (round === "ArtifactRollback") this.versions.set(id, `${typeName(spec)}-v1`);
  }
  #answer(round: RoundName, id: string): ScriptedEnd {
    const spec = this.#specs.get(id);
    switch (round) {
      case "ExpectOld":
      case "ConfirmEnd":
      case "ObserveInterrupted":
      case "ObserveStuck":
        return { answer: this.versions.get(id) ?? "?" };
      case "ExpectFacts":
        return { facts: foundFacts(spec?.facts ?? {}) };
      case "SupportsRollback":
        return { answer: words.parse(spec?.supportsRollback ?? "Yes") };
      case "NeedsArtifactReboot":
        return { answer: words.parse(spec?.needsReboot ?? "No") };
      case "NeedsUnpackedArtifact":
        return { answer: "Yes" };
      case "ProvidePayloadFileSizes":
        return { answer: "No" };
      default:
        return "ok";
    }
  }
}

export interface Driven {
  readonly deployment: Deployment;
  readonly records: readonly JournalRecord[];
  /** Why the run is over. */
  readonly end: "ended" | "stopped" | "waiting" | "reboot" | "cut";
}

const at = "2026-01-01T00:00:00.000Z";

/** Begins or takes up a deployment and drives it until it ends, stops, needs a reboot or is cut. */
export function drive(from: Begin | Driven, boards: Boards, call: Call = {}): Driven {
  const earlier = "end" in from ? from.records : [from];
  const before = "end" in from ? from.deployment : null;
  const bootId = before === null ? "boot-1" : nextBoot(before.run.bootId, call.rebooted === true);
  const run: Run = {
    type: "run",
    at,
    runId: "r",
    bootId,
    ...(call.nowMs === undefined ? {} : { monotonicMs: call.nowMs }),
    verb: call.verb ?? (before === null ? "install" : "resume"),
    stopBefore: call.stopBefore ?? [],
    exitOnReboot: call.exitOnReboot ?? false,
    ...(call.isMakingWay === undefined ? {} : { isMakingWay: call.isMakingWay }),
  };
  const records: JournalRecord[] = [...earlier, run];
  let deployment =
    before === null && !("end" in from) ? begin(from, run) : evolve(requireOne(before), run);
  const add = (record: JournalRecord): void => {
    records.push(record);
    deployment = evolve(deployment, record);
  };
  for (let steps = 0; steps < 10_000; steps += 1) {
    const action = decide(deployment);
    switch (action.kind) {
      case "none":
        return { deployment, records, end: "ended" };
      case "end":
        add({
          type: "ended",
          at,
          outcome: action.outcome,
          inconsistent: action.inconsistent,
          owed: owingCleanup(deployment),
        });
        break;
      case "replan":
        add(contingencyPlan(deployment));
        break;
      case "stop":
        if (action.isNew) add({ type: "stopped", before: action.before });
        return { deployment, records, end: "stopped" };
      case "wait":
        return { deployment, records, end: "waiting" };
      case "ask-gate": {
        const { moment, group } = action;
        const gate = action.gate.name;
        const asking = call.nowMs === undefined ? {} : { monotonicMs: call.nowMs };
        add({ type: "gate-asked", at, gate, moment, group, ...asking });
        boards.calls.push(`${moment} ${gate}`);
        const answer = boards.ask(gate, moment);
        if (answer === "cut") return { deployment, records, end: "cut" };
        const { nowMs: monotonicMs = 0 } = call;
        const elapsedMs = boards.takesMs(gate);
        add({ type: "gate-answered", at, gate, answer, reason: null, monotonicMs, elapsedMs });
        break;
      }
      case "reboot-host":
      case "round": {
        const { round, group, components } = action;
        add({ type: "intent", round, group, components });
        if (action.kind === "reboot-host" && action.by !== "refused") {
          boards.calls.push(`${round} ${components.join("+")}`);
          return { deployment, records, end: "reboot" };
        }
        let isCut = false;
        for (const component of components) {
          const end: ScriptedEnd =
            action.kind === "reboot-host" ? exited(1) : boards.end(round, component);
          if (typeof end === "object" && "cut" in end) {
            isCut = true;
            if (end.cut === "while-running") {
              add({ type: "running", component, pid: 1, startTime: "1" });
            }
            continue;
          }
          add({
            type: "outcome",
            at,
            component,
            failure: typeof end === "object" && "fail" in end ? end.fail : null,
            answer: typeof end === "object" && "answer" in end ? end.answer : null,
            ...(typeof end === "object" && "facts" in end && { facts: end.facts }),
            elapsedMs: 0,
          });
        }
        if (isCut) return { deployment, records, end: "cut" };
        break;
      }
      default:
        throw new Error("unexpected action");
    }
  }
  throw new Error("the machine does not end");
}

function nextBoot(bootId: string, rebooted: boolean): string {
  const number = Number(bootId.slice("boot-".length));
  return `boot-${String(rebooted ? number + 1 : number)}`;
}

function requireOne(deployment: Deployment | null): Deployment {
  if (deployment === null) throw new Error("no deployment");
  return deployment;
}
