import type { Certificate, WayOut } from "../certificate/shape.ts";
import { leftBehind } from "../verify-plan/check.ts";
import type { Heard } from "../verify-plan/tables.ts";
import { demand, type Fault, faultOf } from "../verify-plan/untrue.ts";
import { GateWatch } from "./gate-watch.ts";
import { journeysIn, namedIn, textOf, versionIn } from "./named.ts";
import type { Begun, Groups, Step, Told } from "./told.ts";

/**
 * Holds what a deployment has called, record by record, against a certificate that is true: each state that it may have
 * been in is one that the certificate shows to be acceptable. Null: so it was. `heard`: of each record that was
 * looked at.
 */
export function checkHistory(
  certificate: Certificate,
  records: readonly Told[],
  heard?: Heard,
): Fault | null {
  return faultOf(() => {
    const [first, ...rest] = records;
    demand(first?.type === "begin", "record 1", "it tells no plan");
    const walk = new HistoryWalk(certificate, first);
    for (const [at, record] of rest.entries()) {
      heard?.(1);
      walk.follow(record, `record ${at + 2}`);
    }
    demand(walk.hasEnded, `record ${records.length}`, "it tells no end");
  });
}

/** Goes through the records and keeps where the System may be. */
class HistoryWalk {
  hasEnded = false;
  readonly #certificate: Certificate;
  readonly #plan: readonly Groups[];
  /** For each Component the versions that it may have. */
  readonly #may: Map<string, readonly string[]>;
  #stage = 0;
  /** The groups that are gone through, of a stage or of a way out; null: no way out was found. */
  #way: Groups | null;
  #isOut = false;
  #round = "";
  #waiting = 0;
  readonly #committed = new Set<string>();
  /** Null: of gates nothing is claimed. */
  readonly #gates: GateWatch | null;

  constructor(certificate: Certificate, begun: Begun) {
    const { system, plan, manifest } = certificate;
    const where = "record 1";
    demand(begun.manifest === manifest, where, `it installs the Manifest "${begun.manifest}"`);
    const types = begun.system.types.map((type) => ({ ...type, wanted: type.target }));
    const planned = journeysIn(system.types, system.components);
    const told = journeysIn(types, begun.system.components);
    const differing = told.find((one) => !planned.includes(one));
    demand(differing === undefined, where, `the plan knows of no ${differing ?? ""}`);
    demand(told.length === planned.length, where, "it has not all Components of the plan");
    this.#certificate = certificate;
    this.#plan = plan.map((groups) => namedIn(certificate, groups));
    const own = begun.plan.stages.map(({ groups }) => textOf(groups));
    const isPlan = own.join("; ") === this.#plan.map(textOf).join("; ");
    demand(isPlan, where, `its plan is another one: ${own.join("; ")}`);
    this.#may = new Map(
      system.components.map(({ id, start }, at) => [id, [versionIn(certificate, at, start)]]),
    );
    this.#way = this.#plan[0] ?? [];
    const { gates } = certificate;
    this.#gates = gates === undefined ? null : new GateWatch(gates, begun, where);
  }

  follow(record: Told, where: string): void {
    switch (record.type) {
      case "intent":
        this.#call(record, where);
        break;
      case "outcome":
        this.#end(record);
        break;
      case "gate-asked":
        this.#gates?.ask(record, where);
        break;
      case "gate-answered":
        this.#gates?.answer(record, where);
        break;
      case "run":
        this.#gates?.enterNextRun();
        break;
      case "replanned":
        this.#gates?.turn();
        this.#turn(record.groups, where);
        break;
      case "ended":
        this.#rest(record.outcome, where);
        break;
      case "begin":
        demand(false, where, "it begins once more");
        break;
      default:
    }
  }

  #call({ round, group, components }: Extract<Told, { type: "intent" }>, where: string): void {
    this.#round = round;
    this.#waiting = components.length;
    this.#gates?.follow(round, group, where);
    const isMove = round === "ArtifactInstall" || round === "ArtifactRollback";
    const isOfGroup = group !== null && !round.startsWith("Expect");
    for (const component of components) {
      const named = `${round} of "${component}"`;
      const may = this.#may.get(component);
      demand(may !== undefined, where, `${named}, which is no Component of the plan`);
      const step = this.#stepOf(component, isOfGroup ? group : null);
      demand(step !== undefined || !(isMove || isOfGroup), where, `${named} is not of the plan`);
      if (step === undefined || !isMove) continue;
      const isMeant = round === "ArtifactRollback" || step.means !== "rollback";
      demand(isMeant, where, `${named}, which the way out rolls back`);
      this.#may.set(component, [...new Set([...may, step.from, step.to])]);
    }
    if (isMove && this.#certificate.system.end_states.length > 0)
      demand(this.#isCovered(), where, `with ${round} come states of which nothing is proved`);
    const isEarly = round === "ArtifactCommit" && !this.#isWayDone();
    demand(!isEarly, where, "the way is not gone to its end");
  }

  #end({ component, failure, answer }: Extract<Told, { type: "outcome" }>): void {
    this.#waiting -= 1;
    const step = this.#stepOf(component, null);
    const isWell = failure === null;
    if (step !== undefined) {
      const isBack = step.means !== "rollback";
      const isTold = answer === step.from || answer === step.to;
      if (isWell && this.#round === "ArtifactInstall") this.#may.set(component, [step.to]);
      else if (isWell && this.#round === "ArtifactRollback")
        this.#may.set(component, [isBack ? step.from : step.to]);
      else if (isTold && this.#round.startsWith("Observe")) this.#may.set(component, [answer]);
    }
    if (isWell && this.#round === "ArtifactCommit") this.#committed.add(component);
    if (this.#round === "ConfirmEnd" && this.#waiting === 0) this.#enterNextStage();
  }

  /** Once all of a stage is installed and committed. */
  #enterNextStage(): void {
    const next = this.#plan[this.#stage + 1];
    const isOver = (this.#way ?? []).flat().every((step) => this.#committed.has(step.component));
    if (this.#isOut || next === undefined || !isOver || !this.#isWayDone()) return;
    this.#stage += 1;
    this.#gates?.enterNextStage();
    this.#way = next;
    this.#committed.clear();
  }

  #turn(groups: Groups | null, where: string): void {
    // Nothing is left to do where the way before it has led to its end.
    const isOver = groups?.length === 0 && this.#way !== null && this.#isWayDone();
    const isCovered =
      groups === null ||
      isOver ||
      this.#certificate.ways_out.some((way) => this.#isTaken(way, groups));
    demand(isCovered, where, "the certificate does not cover the way out that was taken");
    this.#isOut = true;
    this.#way = groups;
  }

  #isTaken(wayOut: WayOut, groups: Groups): boolean {
    const { plan, system } = this.#certificate;
    if (wayOut.way === null || wayOut.stage !== this.#stage) return false;
    if (textOf(namedIn(this.#certificate, wayOut.way.groups)) !== textOf(groups)) return false;
    const before = system.components.map(({ start }) => start);
    for (const { component, to } of plan.slice(0, this.#stage).flat(2)) before[component] = to;
    return this.#isAt(leftBehind(this.#certificate, wayOut, before, "ways_out").state);
  }

  #rest(outcome: string, where: string): void {
    this.hasEnded = true;
    const { system } = this.#certificate;
    const isThere = (() => {
      switch (outcome) {
        case "success":
          return this.#isAt(system.components.map(({ type }) => system.types[type]?.wanted ?? -1));
        case "failed-unchanged":
        case "failed-rolled-back":
          return this.#isAt(system.components.map(({ start }) => start));
        case "failed-elsewhere":
          return this.#isOut ? this.#way !== null && this.#isWayDone() : this.#isStageUndone();
        default:
          // Inconsistent: nothing is claimed.
          return true;
      }
    })();
    demand(isThere, where, `the calls do not lead to the end "${outcome}"`);
  }

  /** Some group of the way passes all states that the System may now be in. */
  #isCovered(): boolean {
    const way = this.#way ?? [];
    return way.some((_, group) =>
      way.every((steps, at) =>
        steps.every(({ component, from, to }) => {
          const passed = at === group ? [from, to] : [at < group ? to : from];
          return this.#may.get(component)?.every((version) => passed.includes(version));
        }),
      ),
    );
  }

  #isWayDone(): boolean {
    return (this.#way ?? []).flat().every(({ component, to }) => this.#isOnly(component, to));
  }

  #isStageUndone(): boolean {
    const steps = (this.#way ?? []).flat();
    return this.#stage > 0 && steps.every(({ component, from }) => this.#isOnly(component, from));
  }

  #isAt(state: readonly number[]): boolean {
    return this.#certificate.system.components.every(({ id }, at) =>
      this.#isOnly(id, versionIn(this.#certificate, at, state[at] ?? -1)),
    );
  }

  #isOnly(component: string, version: string): boolean {
    const may = this.#may.get(component);
    return may?.length === 1 && may[0] === version;
  }

  /** `group`: null for any. */
  #stepOf(component: string, group: number | null): Step | undefined {
    const steps = group === null ? (this.#way ?? []).flat() : (this.#way?.[group] ?? []);
    return steps.find((step) => step.component === component);
  }
}
