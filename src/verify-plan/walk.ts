import type {
  Cell,
  Certificate,
  Cover,
  Interval,
  StageEnd,
  Table,
  Walk,
} from "../certificate/shape.ts";
import type { Kinds } from "./kinds.ts";
import { type Crowd, crowdOf, meetings, type Profile } from "./standing.ts";
import { demandApart, isWithin } from "./statements.ts";
import { demand, entry } from "./untrue.ts";

export interface Move {
  readonly component: number;
  readonly from: number;
  readonly to: number;
}

/** A combination of a transition table as one name. */
function nameOf(table: number, kinds: readonly number[], versions: readonly unknown[]): string {
  return `${table}/${kinds.join()}/${versions.join(";")}`;
}

/** What is the same on all ways. */
export type Ground = ReturnType<typeof groundOf>;

export function groundOf(certificate: Certificate, kinds: Kinds) {
  const { system, statements, exemptions } = certificate;
  /** For each kind the transition tables in which it may stand. */
  const tables = Array.from({ length: kinds.count }, () => new Set<number>());
  for (const [index, table] of system.transition_states.entries())
    for (const kind of kinds.columns(table).flat()) tables[kind]?.add(index);
  const exempt = exemptions.map((one) => nameOf(one.table, one.kinds, one.versions));
  return {
    certificate,
    kinds,
    tables,
    statements: statements.map((one) => nameOf(one.table, one.kinds, one.versions)),
    exemptions: new Set(exempt),
    /** Those that no way has needed so far. */
    unusedExemptions: new Set(exempt),
  };
}

/**
 * Goes a way group by group. What stands in `start` is no reason to refuse a state: so of each group only those
 * combinations are new in which one of its Components stands.
 */
export class Walker {
  readonly state: number[];
  readonly #ground: Ground;
  readonly #start: readonly number[];
  readonly #crowd: Crowd;
  readonly #odd = new Map<Table, boolean>();

  constructor(ground: Ground, start: readonly number[]) {
    this.#ground = ground;
    this.#start = start;
    this.state = [...start];
    this.#crowd = crowdOf(ground.kinds, start);
    for (const [component, version] of start.entries()) this.#crowd.add(component, [version], 1);
  }

  /** One stage: each Component at most once, and an end state at its end. */
  stage(groups: readonly (readonly Move[])[], walk: Walk, where: string): void {
    demand(walk.intervals.length === groups.length, where, "it does not speak of each group");
    const moved = new Set<number>();
    for (const [group, moves] of groups.entries()) {
      const place = `${where}.intervals.${group}`;
      for (const { component } of moves) {
        demand(!moved.has(component), place, `component ${component} moves twice in one stage`);
        moved.add(component);
      }
      this.#group(moves, entry(walk.intervals, group, place), place);
    }
    this.#end(walk.end, `${where}.end`);
  }

  #group(moves: readonly Move[], interval: Interval, where: string): void {
    const { certificate, statements, tables, kinds } = this.#ground;
    const { types, components, transition_states, end_states, end_states_only, limits } =
      certificate.system;
    for (const { components: counted, at_most: most } of limits) {
      const own = moves.filter(({ component }) => counted.includes(component));
      demand(own.length <= most, where, "more at once than a limit allows");
    }
    const perType = new Map<number, number>();
    const touched = new Set<number>();
    for (const { component, from, to } of moves) {
      const { type } = entry(components, component, where);
      const { versions, max_parallel: most } = entry(types, type, where);
      entry(versions, to, where);
      demand(
        this.state[component] === from && from !== to,
        where,
        `component ${component} is not there`,
      );
      perType.set(type, (perType.get(type) ?? 0) + 1);
      demand(
        most === null || (perType.get(type) ?? 0) <= most,
        where,
        "more at once than max_parallel",
      );
      this.#replace(component, [from], [from, to]);
      for (const table of tables[entry(kinds.of, component, where)] ?? []) touched.add(table);
    }
    const accepted = new Set(interval.accepted_by.map((at) => entry(statements, at, where)));
    for (const table of touched) {
      const stands = kinds.columns(entry(transition_states, table, where));
      for (const meeting of meetings(this.#crowd, stands))
        this.#demandAccepted(table, meeting, accepted, where);
    }
    for (const [at, table] of end_states_only ? end_states.entries() : []) {
      const { cover, apart } = entry(interval.end_states ?? [], at, where);
      this.#demandCovered(
        table,
        cover,
        new Map(moves.map((move) => [move.component, move])),
        where,
      );
      this.#demandNotForbidden(table, apart, true, where);
    }
    for (const { component, from, to } of moves) {
      this.#replace(component, [from, to], [to]);
      this.state[component] = to;
    }
  }

  #replace(component: number, old: readonly number[], fresh: readonly number[]): void {
    this.#crowd.add(component, old, -1);
    this.#crowd.add(component, fresh, 1);
  }

  /** The whole product by one statement; or all but the combination that stands since the start, column by column. */
  #demandAccepted(
    table: number,
    meeting: readonly Profile[],
    accepted: ReadonlySet<string>,
    where: string,
  ): void {
    const { exemptions, unusedExemptions, certificate } = this.#ground;
    const kinds = meeting.map(({ kind }) => kind);
    const whole = meeting.map(({ versions }) => versions);
    if (accepted.has(nameOf(table, kinds, whole))) return;
    const { name } = entry(certificate.system.transition_states, table, where);
    const named = `table "${name}", kinds ${kinds.join()}, versions ${whole.join("; ")}`;
    const standing = meeting.flatMap((one) => one.standing ?? []);
    const exempt = nameOf(table, kinds, standing);
    demand(exemptions.has(exempt), where, `no statement accepts all of ${named}`);
    demand(standing.length === meeting.length, where, `no statement accepts all of ${named}`);
    unusedExemptions.delete(exempt);
    for (const [column, versions] of whole.entries()) {
      const moved = versions.filter((version) => version !== standing[column]);
      const piece = whole.map((own, place) =>
        place < column ? [standing[place]] : place > column ? own : moved,
      );
      const isTold = moved.length === 0 || accepted.has(nameOf(table, kinds, piece));
      demand(isTold, where, `no statement accepts all that is new of ${named}`);
    }
  }

  #end({ system_version, rows, apart }: StageEnd, where: string): void {
    const { end_states } = this.#ground.certificate.system;
    for (const [at, table] of end_states.entries()) {
      const row = entry(table.rows, rows[at] ?? -1, where);
      const isIn = row.verdict === "yes" && this.#fits(table, row.cells, false);
      demand(isIn, where, `the state is not in row ${rows[at]} of table "${table.name}"`);
      this.#demandNotForbidden(table, apart[at] ?? [], false, where);
    }
    const named = end_states[0]?.rows[rows[0] ?? -1]?.system_version ?? null;
    demand(system_version === named, where, "its row names another System version");
  }

  #demandCovered(table: Table, cover: Cover, moves: Map<number, Move>, where: string): void {
    if ("row" in cover) {
      const { verdict, cells } = entry(table.rows, cover.row, where);
      const isIn =
        this.#fits(table, cells, false) || (this.#isOdd(table) && this.#fits(table, cells, true));
      demand(verdict === "yes" && isIn, where, `row ${cover.row} does not hold all of its states`);
      return;
    }
    const { component, parts } = cover;
    const move = moves.get(component);
    demand(
      move !== undefined && parts.length === 2,
      where,
      "it is not cut at a Component that moves",
    );
    const rest = new Map([...moves].filter(([one]) => one !== component));
    for (const [part, version] of [move.from, move.to].toSorted((a, b) => a - b).entries()) {
      this.#replace(component, [move.from, move.to], [version]);
      this.#demandCovered(table, entry(parts, part, where), rest, where);
      this.#replace(component, [version], [move.from, move.to]);
    }
  }

  /** `loosely`: what no Component has moved away from is not judged unless another column has. */
  #fits(table: Table, cells: Table["rows"][number]["cells"], loosely: boolean): boolean {
    const columns = this.#columns(table);
    const moved = columns.map((column) => column.some(isMoved));
    const count = moved.filter(Boolean).length;
    return columns.every((column, place) => {
      const isJudged = !loosely || count > (moved[place] === true ? 1 : 0);
      return column.every(
        (one) => (!isJudged && !isMoved(one)) || isWithin(one.versions, cells[place] ?? null),
      );
    });
  }

  #demandNotForbidden(table: Table, apart: readonly number[], onTheWay: boolean, where: string) {
    demandApart(
      table,
      apart,
      where,
      (place, cell) => this.#matching(table, place, cell).length === 0,
      (cells) =>
        onTheWay &&
        this.#isOdd(table) &&
        cells.every((cell, place) => this.#matching(table, place, cell).every(Boolean)),
    );
  }

  /** For each version in the column that matches the cell whether it stands since the start. */
  #matching(table: Table, place: number, cell: Cell): readonly boolean[] {
    return (this.#columns(table)[place] ?? []).flatMap(({ versions, standing }) =>
      versions.flatMap((version) =>
        (cell?.includes(version) ?? true) ? [version === standing] : [],
      ),
    );
  }

  #columns(table: Table): readonly (readonly Profile[])[] {
    const { kinds } = this.#ground;
    return kinds.columns(table).map((own) => own.flatMap((kind) => [...this.#crowd.of(kind)]));
  }

  /** Whether the table does not accept where the way began. */
  #isOdd(table: Table): boolean {
    const known = this.#odd.get(table);
    if (known !== undefined) return known;
    const still = new Walker(this.#ground, this.#start);
    const holds = table.rows.map(({ verdict, cells }) =>
      verdict === "no"
        ? cells.every((cell, place) => still.#matching(table, place, cell).length > 0)
        : verdict === "yes" && still.#fits(table, cells, false),
    );
    const isIn = (wanted: string) =>
      table.rows.some(({ verdict }, at) => verdict === wanted && holds[at]);
    const isOdd = isIn("no") || !isIn("yes");
    this.#odd.set(table, isOdd);
    return isOdd;
  }
}

function isMoved({ versions, standing }: Profile): boolean {
  return versions.some((version) => version !== standing);
}
