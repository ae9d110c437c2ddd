import type { SystemVersion } from "../core/ids.ts";
import type { EndRow, Rule, System, SystemState } from "../manifest/system.ts";
import { kindsOf, type Options, someCombination } from "./combinations.ts";
import { candidates, type Peerage } from "./peers.ts";
import { firstRow, rowMasks } from "./row-masks.ts";
import { byRule } from "./rule-order.ts";

/** The end states that one YES row of every end table allows together. */
export interface EndBox {
  /** What the first table calls them. */
  readonly name: SystemVersion | null;
  /** The row of each table. */
  readonly rules: readonly Rule[];
  /** For each peers the versions they may have, ascending; null: any. */
  readonly domains: readonly (readonly number[] | null)[];
}

export interface EndStates {
  /** In the order of their names. */
  readonly boxes: readonly EndBox[];
  /** The peers of NO rows that overlap a box; mostly none. */
  readonly banned: ReadonlySet<number>;
  /** The System version of an acceptable end state; null: it is none. */
  readonly nameOf: (state: SystemState) => SystemVersion | null;
  /** Whether a combination of the state matches a NO row. */
  readonly isContradicted: (state: SystemState) => boolean;
  /** The rules that make an end state in which Components of `peers[i]` have `versions[i]`; null: there is none. */
  readonly granting: (
    peers: readonly number[],
    versions: readonly number[],
  ) => readonly Rule[] | null;
}

/**
 * How many versions may be tried where NO rows overlap a YES row, until a combination counts as matched by
 * no end state: what is not shown to be acceptable is not.
 */
const witnessLimit = 10_000;

export function endStates(system: System, peerage: Peerage): EndStates {
  const boxes = joinedBoxes(system, peerage);
  const sizes = peerage.peers.map(({ type }) => system.types[type]?.versions.length ?? 0);
  const masks = rowMasks(
    boxes.map(({ domains }) => domains),
    sizes,
  );
  const bans = system.endTables
    .flatMap((table) => {
      const columns = candidates(peerage, table.columns);
      return table.rows
        .filter(({ verdict }) => verdict === "no")
        .map(({ cells }) => ({ columns, cells }));
    })
    .filter((ban) => boxes.some((box) => overlaps(box, ban)));
  const starts = system.components.map(({ start }) => start);
  const banned = new Set(bans.flatMap(({ columns }) => columns.flat()));

  function isContradicted(options: Options, among: readonly Ban[] = bans): boolean {
    if (among.length === 0) return false;
    const kinds = kindsOf(peerage, starts, options);
    return among.some(({ columns, cells }) => {
      const fitting = columns.map((peers, column) => {
        const cell = cells[column] ?? null;
        return peers
          .flatMap((at) => kinds[at] ?? [])
          .filter(({ options: [only] }) => cell === null || cell.includes(only?.version ?? -1));
      });
      return someCombination(fitting, () => true);
    });
  }

  /** Whether the box holds an end state with this much of it given. */
  function hasWitness(box: EndBox, given: Options): boolean {
    const open = peerage.of.flatMap((peers, component) =>
      banned.has(peers) && given[component]?.length === 0 ? [component] : [],
    );
    const own = bans.flatMap((ban) => (overlaps(box, ban) ? [within(box, ban, peerage)] : []));
    let tried = 0;
    const extend = (depth: number, state: Options): boolean => {
      tried += 1;
      if (tried > witnessLimit || isContradicted(state, own)) return false;
      const component = open[depth];
      if (component === undefined) return true;
      const peers = peerage.of[component] ?? -1;
      const domain = box.domains[peers] ?? Array.from({ length: sizes[peers] ?? 0 }, (_, at) => at);
      return domain.some((version) => extend(depth + 1, state.with(component, [version])));
    };
    return extend(0, given);
  }

  const witnessed = new Map<string, EndBox | undefined>();

  function grantedBox(peers: readonly number[], versions: readonly number[]): EndBox | undefined {
    if (bans.length === 0) return boxes[firstRow(masks, peers, versions)];
    const key = `${peers.join()}/${versions.join()}`;
    if (!witnessed.has(key)) witnessed.set(key, witnessedBox(peers, versions));
    return witnessed.get(key);
  }

  function witnessedBox(peers: readonly number[], versions: readonly number[]): EndBox | undefined {
    const given: number[][] = peerage.of.map(() => []);
    for (const [at, one] of peers.entries()) {
      const free = peerage.peers[one]?.components.find((other) => given[other]?.length === 0);
      const version = versions[at];
      if (free !== undefined && version !== undefined) given[free] = [version];
    }
    return boxes.find(
      (box) =>
        peers.every((one, at) => box.domains[one]?.includes(versions[at] ?? -1) ?? true) &&
        hasWitness(box, given),
    );
  }

  return {
    boxes,
    banned,
    nameOf: (state) => {
      const box = boxes[firstRow(masks, peerage.of, state)];
      if (box === undefined || isContradicted(state.map((version) => [version]))) return null;
      return box.name;
    },
    isContradicted: (state) => isContradicted(state.map((version) => [version])),
    granting: (peers, versions) => grantedBox(peers, versions)?.rules ?? null,
  };
}

/** A NO row. */
interface Ban {
  /** The peers that may stand in each column. */
  readonly columns: readonly (readonly number[])[];
  readonly cells: EndRow["cells"];
}

/**
 * The ban without the columns in which some Component always stands, and matches in every state of the box: what is
 * left shows a contradiction as soon as the Components that matter have their versions.
 */
function within({ domains }: EndBox, { columns, cells }: Ban, { peers: all }: Peerage): Ban {
  const kept = [...columns.keys()].filter((column) => {
    const cell = cells[column] ?? null;
    const own = columns[column] ?? [];
    const isApart = columns.every(
      (other, at) => at === column || !other.some((one) => own.includes(one)),
    );
    const isFilled = own.some((one) => (all[one]?.components.length ?? 0) > 0);
    const isMatched = own.every(
      (one) => cell === null || domains[one]?.every((version) => cell.includes(version)),
    );
    return !(isApart && isFilled && isMatched);
  });
  return {
    columns: kept.map((column) => columns[column] ?? []),
    cells: kept.map((column) => cells[column] ?? null),
  };
}

/** Whether a state of the box could match the NO row. */
function overlaps({ domains }: EndBox, { columns, cells }: Ban): boolean {
  return columns.every((peers, column) => {
    const cell = cells[column] ?? null;
    return peers.some((one) => {
      const domain = domains[one] ?? null;
      if (cell === null || domain === null) return cell === null || cell.length > 0;
      return cell.some((version) => domain.includes(version));
    });
  });
}

/** One box for each choice of a YES row from every table, where anything is left of it. */
function joinedBoxes(system: System, peerage: Peerage): readonly EndBox[] {
  let boxes: readonly EndBox[] = [
    { name: null, rules: [], domains: peerage.peers.map(() => null) },
  ];
  for (const [at, table] of system.endTables.entries()) {
    const columnOf = governingColumns(peerage, table.columns);
    const rows = table.rows.filter(({ verdict }) => verdict === "yes").toSorted(byName);
    boxes = boxes.flatMap((box) =>
      rows.flatMap((row) => {
        const domains = box.domains.map((domain, peers) => {
          const column = columnOf[peers] ?? -1;
          const cell = column < 0 ? null : (row.cells[column] ?? null);
          if (cell === null || domain === null) return cell ?? domain;
          return cell.filter((version) => domain.includes(version));
        });
        if (domains.some((domain) => domain?.length === 0)) return [];
        const name = at === 0 ? row.systemVersion : box.name;
        return [{ name, rules: [...box.rules, row.rule], domains }];
      }),
    );
  }
  return boxes;
}

/** For each peers the column of an end table that speaks of them: its own, else its type's; -1: none. */
function governingColumns(
  { peers, of }: Peerage,
  columns: System["endTables"][number]["columns"],
): readonly number[] {
  const own = new Map<number, number>();
  const ofType = new Map<number, number>();
  for (const [at, { type, component }] of columns.entries()) {
    const [map, key] = component === null ? [ofType, type] : [own, of[component] ?? -1];
    if (!map.has(key)) map.set(key, at);
  }
  return peers.map(({ type }, at) => own.get(at) ?? ofType.get(type) ?? -1);
}

function byName(a: EndRow, b: EndRow): number {
  const [nameA, nameB] = [a.systemVersion ?? "", b.systemVersion ?? ""];
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return byRule(a.rule, b.rule);
}
