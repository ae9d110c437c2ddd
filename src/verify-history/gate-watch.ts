import type { GatePlace, Gates } from "../certificate/shape.ts";
import { textOf } from "../verify-gates/check-gates.ts";
import { demand, entry } from "../verify-plan/untrue.ts";
import type { Begun, Told } from "./told.ts";

/** Before the call of a round the gates of a moment must have let it pass. */
const guardOf: ReadonlyMap<string, GatePlace["moment"]> = new Map([
  ["Download", "start"],
  ["ArtifactInstall", "group"],
  ["HostReboot", "reboot"],
  ["ArtifactCommit", "commit"],
]);

/** Rounds that are made once a stage is not gone forward any more. */
const roundsBack: ReadonlySet<string> = new Set(["ArtifactRollback", "ArtifactFailure"]);

type Asked = Extract<Told, { type: "gate-asked" }>;

/**
 * Holds the gates that a deployment has asked against those of the certificate: each at a place of the plan, before
 * what it guards, and none on a way back.
 */
export class GateWatch {
  readonly #gates: Gates;
  readonly #begun: NonNullable<Begun["gates"]>;
  /** Those of each place that have let it pass in this run. */
  readonly #passed = new Map<GatePlace, Set<string>>();
  /** What was guarded there is begun: no gate is asked for it any more, whichever run goes on with it. */
  readonly #begunAt = new Set<GatePlace>();
  #asked: Asked | null = null;
  #stage = 0;
  #isBack = false;

  constructor(gates: Gates, { gates: begun = [] }: Begun, where: string) {
    this.#gates = gates;
    this.#begun = begun;
    const own = gates.declared.map((gate) =>
      told(gate.name, gate.at, gate.timeout_seconds, gate.defer_at_most_seconds),
    );
    const found = begun.map(({ name, at, timeoutMs, deferAtMostMs: mostMs }) =>
      told(name, at, timeoutMs / 1000, mostMs === null ? null : mostMs / 1000),
    );
    const isSame = own.join("; ") === found.join("; ");
    demand(isSame, where, `its gates are others: ${found.join("; ") || "none"}`);
  }

  ask(record: Asked, where: string): void {
    const named = `the gate "${record.gate}" is asked`;
    demand(!this.#isBack, where, `${named} on the way back`);
    const place = this.#placeOf(record.moment, record.group);
    const isThere = place !== undefined && this.#names(place).includes(record.gate);
    const moment = textOf({ ...record, stage: this.#stage });
    demand(isThere, where, `${named} at the moment ${moment}, where the plan does not come to it`);
    this.#asked = record;
  }

  answer({ gate, answer }: Extract<Told, { type: "gate-answered" }>, where: string): void {
    const asked = this.#asked;
    demand(asked?.gate === gate, where, `the gate "${gate}" was not asked`);
    const place = this.#placeOf(asked.moment, asked.group);
    if (place === undefined) return;
    const passed = this.#passed.get(place) ?? new Set();
    this.#passed.set(place, passed);
    // Behind a wait all are asked again.
    if (answer.kind === "go") passed.add(gate);
    else passed.clear();
    if (answer.kind === "no") this.#isBack = true;
  }

  /** An answer holds for the run that has asked: the machine may have been moved since. */
  enterNextRun(): void {
    this.#passed.clear();
    this.#asked = null;
  }

  /** A round begins. */
  follow(round: string, group: number | null, where: string): void {
    if (roundsBack.has(round)) this.#isBack = true;
    const moment = guardOf.get(round);
    const isOfGroup = moment === "group" || moment === "reboot";
    const place = this.#placeOf(moment, isOfGroup ? group : null);
    if (place === undefined || this.#isBack || this.#begunAt.has(place)) return;
    this.#begunAt.add(place);
    const passed = this.#passed.get(place);
    const open = this.#names(place).find((name) => passed?.has(name) !== true);
    demand(open === undefined, where, `the gate "${open}" has not let ${round} pass`);
  }

  /** It is gone back, or out. */
  turn(): void {
    this.#isBack = true;
  }

  enterNextStage(): void {
    this.#stage += 1;
  }

  #placeOf(moment: string | undefined, group: number | null): GatePlace | undefined {
    return this.#gates.places.find(
      (one) => one.moment === moment && one.stage === this.#stage && one.group === group,
    );
  }

  #names({ gates }: GatePlace): readonly string[] {
    return gates.map((gate) => entry(this.#begun, gate, "gates.places").name);
  }
}

function told(
  name: string,
  at: readonly string[],
  timeoutSeconds: number,
  deferSeconds: number | null,
): string {
  const most = deferSeconds === null ? "as usual" : `${deferSeconds} s`;
  return `"${name}" at ${at.join(", ")}, ${timeoutSeconds} s for an answer, deferring at most ${most}`;
}
