import type { Certificate, Cover, Interval, Table, Walk } from "../certificate/shape.ts";
import { Crowd, type Kinds, meetings, type Profile } from "./crowd.ts";
import { accepts, demandHeld, type Heard } from "./tables.ts";
import { demand, entry } from "./untrue.ts";

/** A version of each Component. */
export type State = readonly number[];

export interface Move {
  readonly component: number;
  readonly from: number;
  readonly to: number;
  /** Left out: it is an install. */
  readonly means?: "install" | "rollback";
}

/** A combination of a transition table as one name. */
function nameOf(table: number, kinds: readonly number[], versions: readonly unknown[]): string {
  return `${table}/${kinds.join()}/${versions.join(";")}`;
}

/** What is the same on all ways. */
export type Ground = ReturnType<typeof groundOf>;

export function groundOf(certificate: Certificate, kinds: Kinds, heard?: Heard) {
  const { system, statements, exemptions } = certificate;
  const exempt = exemptions.map((one) => nameOf(one.table, one.kinds, one.versions));
  /** For each kind the transition tables in which it may stand. */
  const tables = Array.from({ length: kinds.count }, () => new Set<number>());
  for (const [index, table] of system.transition_states.entries())
    for (const kind of kinds.columns(table).flat()) tables[kind]?.add(index);
  return {
    certificate,
    kinds,
    heard,
    tables,
    statements: statements.map((one) => nameOf(one.table, one.kinds, one.versions)),
    /** True: some way has needed it. */
    exemptions: new Map(exempt.map((one) => [one, false])),
  };
}

/**
 * Goes a way group by group. What stands in `start` is no reason to refuse a state: so of each group only those
 * combinations are new in which one of its Components stands.
 */
export class Walker {
  readonly state: number[];
  readonly #ground: Ground;
  readonly #crowd: Crowd;
  /** The end tables that do not accept the start. */
  readonly #odd: ReadonlySet<Table>;

  constructor(ground: Ground, start: State) {
    const { end_states, end_states_only } = ground.certificate.system;
    this.#ground = ground;
    this.state = [...start];
    this.#crowd = new Crowd(ground.kinds, start);
    const passed = end_states_only ? end_states : [];
    this.#odd = new Set(passed.filter((table) => !accepts(table, this.#columns(table))));
  }

  /** One stage: each Component at most once, and an end state at its end. */
  stage(groups: readonly (readonly Move[])[], { intervals, end }: Walk, where: string): void {
    const { end_states } = this.#ground.certificate.system;
    const moved = groups.flat().map(({ component }) => component);
    demand(new Set(moved).size === moved.length, where, "a Component moves twice in one stage");
    demand(intervals.length === groups.length, where, "it does not speak of each group");
    for (const [group, moves] of groups.entries())
      this.#group(moves, entry(intervals, group, where), `${where}.intervals.${group}`);
    for (const [at, table] of end_states.entries())
      demandHeld(table, this.#columns(table), entry(end, at, where), `${where}.end`);
  }

  #group(moves: readonly Move[], interval: Interval, where: string): void {
    const { certificate, statements, tables, kinds, heard } = this.#ground;
    heard?.(1);
    const { types, components, transition_states, end_states, end_states_only, limits } =
      certificate.system;
    for (const { components: counted, at_most: most } of limits) {
      const own = moves.filter(({ component }) => counted.includes(component));
      demand(own.length <= most, where, "more at once than a limit allows");
    }
    const perType = new Map<number, number>();
    for (const { component, from, to, means } of moves) {
      const { id, type, hops } = entry(components, component, where);
      const isHop = means === "rollback" || hops.some(([old, one]) => old === from && one === to);
      demand(isHop, where, `no Artifact brings "${id}" from version ${from} to ${to}`);
      demand(this.state[component] === from && from !== to, where, `"${id}" is not at ${from}`);
      perType.set(type, (perType.get(type) ?? 0) + 1);
      this.#crowd.replace(component, [from], [from, to]);
    }
    for (const [type, count] of perType) {
      const most = entry(types, type, where).max_parallel ?? count;
      demand(count <= most, where, "more at once than max_parallel");
    }
    const accepted = new Set(interval.accepted_by.map((at) => entry(statements, at, where)));
    const touched = moves.flatMap(({ component }) => [
      ...(tables[kinds.of[component] ?? -1] ?? []),
    ]);
    for (const table of new Set(touched)) {
      const columns = this.#columns(entry(transition_states, table, where));
      for (const meeting of meetings(columns)) {
        heard?.(1);
        this.#demandAccepted(table, meeting, accepted, where);
      }
    }
    for (const [at, table] of end_states_only ? end_states.entries() : [])
      this.#demandCovered(table, entry(interval.end_states ?? [], at, where), moves, where);
    for (const { component, from, to } of moves) {
      this.#crowd.replace(component, [from, to], [to]);
      this.state[component] = to;
    }
  }

  /** The whole product by one statement; or all but the combination that stands since the start, column by column. */
  #demandAccepted(
    table: number,
    meeting: readonly Profile[],
    accepted: ReadonlySet<string>,
    where: string,
  ): void {
    const kinds = meeting.map(({ kind }) => kind);
    const whole = meeting.map(({ versions }) => versions);
    const isTold = (versions: readonly (readonly number[])[]) =>
      versions.some((own) => own.length === 0) || accepted.has(nameOf(table, kinds, versions));
    if (isTold(whole)) return;
    const { exemptions } = this.#ground;
    const standing = meeting.flatMap((one) => one.standing ?? []);
    const exempt = nameOf(table, kinds, standing);
    const isRestTold = whole.every((own, column) => {
      const before = standing.slice(0, column).map((version) => [version]);
      const moved = own.filter((version) => version !== standing[column]);
      return isTold([...before, moved, ...whole.slice(column + 1)]);
    });
    const isExempt = standing.length === meeting.length && exemptions.has(exempt);
    const told = `table ${table}, kinds ${kinds.join()}, versions ${whole.join("; ")}`;
    demand(isExempt && isRestTold, where, `no statement accepts all that is new of ${told}`);
    exemptions.set(exempt, true);
  }

  #demandCovered(table: Table, cover: Cover, moves: readonly Move[], where: string): void {
    if ("row" in cover) {
      demandHeld(table, this.#columns(table), cover, where, this.#odd.has(table));
      return;
    }
    const { component, parts } = cover;
    const move = moves.find((one) => one.component === component);
    demand(move !== undefined, where, "it is not cut at a Component that moves");
    const both = [move.from, move.to].toSorted((a, b) => a - b);
    const rest = moves.filter((one) => one !== move);
    for (const [part, version] of both.entries()) {
      this.#crowd.replace(component, both, [version]);
      this.#demandCovered(table, entry(parts, part, where), rest, where);
      this.#crowd.replace(component, [version], both);
    }
  }

  #columns(table: Table): readonly (readonly Profile[])[] {
    return this.#ground.kinds.columns(table).map((own) => this.#crowd.of(own));
  }
}
