import type { SystemVersion } from "../core/ids.ts";
import type { EndRow, Rule, System, SystemState } from "../manifest/system.ts";
import { combinations, kindsOf, type Option, type Options } from "./combinations.ts";
import { candidates, type Peerage } from "./peers.ts";
import { byRule } from "./rule-order.ts";

/** The end states that one YES row of every end table allows together. */
export interface EndBox {
  /** What the first table calls them. */
  readonly name: SystemVersion | null;
  /** The row of each table. */
  readonly rules: readonly Rule[];
  /** For each peers the versions they may have; null: any. */
  readonly domains: readonly (ReadonlySet<number> | null)[];
}

export interface EndStates {
  readonly boxes: readonly EndBox[];
  /** The first box that the state lies in, were there no NO rows; null where it lies in none. */
  readonly boxOf: (state: SystemState) => EndBox | null;
  /** The NO row that a combination of the state matches; the first of several. */
  readonly contradiction: (state: SystemState) => Rule | null;
  /** A box that holds an end state in which such Components have these versions. */
  readonly granting: (combination: readonly Option[]) => EndBox | null;
}

/**
 * How many versions may be tried when NO rows overlap a YES row, until a combination counts as matched by
 * no end state: what is not shown to be acceptable is not.
 */
const witnessLimit = 10_000;

export function endStates(system: System, peerage: Peerage): EndStates {
  const boxes = joinedBoxes(system, peerage);
  const bans = bansOf(system, peerage);
  const starts = system.components.map(({ start }) => start);

  function contradiction(options: Options): Rule | null {
    let worst: Rule | null = null;
    const kinds = kindsOf(peerage, starts, options);
    for (const { columns, row } of bans) {
      if (worst !== null && byRule(worst, row.rule) <= 0) continue;
      const fitting = columns.map((peers, column) => {
        const cell = row.cells[column] ?? null;
        return peers
          .flatMap((at) => kinds[at] ?? [])
          .filter(({ options: [only] }) => cell === null || cell.includes(only?.version ?? -1));
      });
      if (!combinations(fitting).next().done) worst = row.rule;
    }
    return worst;
  }

  /** Whether the box holds an end state with this much of it given. */
  function hasWitness(box: EndBox, given: readonly (readonly number[])[]): boolean {
    const open = peerage.of.flatMap((peers, component) => {
      const isBanned = bans.some(({ columns }) => columns.some((column) => column.includes(peers)));
      return isBanned && given[component]?.length === 0 ? [component] : [];
    });
    let tried = 0;
    const state = given.map((versions) => [...versions]);
    const extend = (depth: number): boolean => {
      tried += 1;
      if (tried > witnessLimit || contradiction(state) !== null) return false;
      const component = open[depth];
      if (component === undefined) return true;
      const domain = box.domains[peerage.of[component] ?? -1] ?? null;
      const size = system.types[system.components[component]?.type ?? -1]?.versions.length ?? 0;
      for (const version of domain ?? Array.from({ length: size }, (_, at) => at)) {
        state[component] = [version];
        if (extend(depth + 1)) return true;
      }
      state[component] = [];
      return false;
    };
    return extend(0);
  }

  return {
    boxes,
    boxOf: (state) =>
      boxes.find(({ domains }) =>
        peerage.of.every((peers, component) => admits(domains[peers], state[component])),
      ) ?? null,
    contradiction: (state) => contradiction(state.map((version) => [version])),
    granting: (combination) => {
      const given: number[][] = peerage.of.map(() => []);
      for (const { peers, version } of combination) {
        const free = peerage.peers[peers]?.components.find((at) => given[at]?.length === 0);
        if (free !== undefined) given[free] = [version];
      }
      return (
        boxes.find(
          (box) =>
            combination.every(({ peers, version }) => admits(box.domains[peers], version)) &&
            (bans.length === 0 || hasWitness(box, given)),
        ) ?? null
      );
    },
  };
}

function admits(domain: ReadonlySet<number> | null | undefined, version: number | undefined) {
  return domain === null || domain === undefined || domain.has(version ?? -1);
}

/** The NO rows, each with the peers that may stand in its columns. */
function bansOf(system: System, peerage: Peerage) {
  return system.endTables.flatMap((table) => {
    const columns = candidates(peerage, table.columns);
    return table.rows.filter(({ verdict }) => verdict === "no").map((row) => ({ columns, row }));
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
          if (cell === null) return domain;
          return new Set(cell.filter((version) => admits(domain, version)));
        });
        if (domains.some((domain) => domain?.size === 0)) return [];
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
  return peers.map(({ type }, at) => {
    const own = columns.findIndex(({ component }) => component !== null && of[component] === at);
    if (own >= 0) return own;
    return columns.findIndex((column) => column.component === null && column.type === type);
  });
}

function byName(a: EndRow, b: EndRow): number {
  const [nameA, nameB] = [a.systemVersion ?? "", b.systemVersion ?? ""];
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return byRule(a.rule, b.rule);
}
