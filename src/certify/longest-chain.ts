import type { Cell, System, Table } from "../certificate/shape.ts";
import type { Heard } from "../planner/model/budget.ts";
import type { TableClasses } from "../planner/model/table-classes.ts";
import type { Columns } from "./columns.ts";

/** Components of one kind that have only one way to go, from one version. */
interface Link {
  readonly kind: number;
  readonly start: number;
  readonly wanted: number;
  readonly members: readonly number[];
  /** The groups that they take at least. */
  readonly groups: number;
}

/** What any plan takes at least. */
export interface Chain {
  /** The members of each link; all of one must have moved before any of the next one does. */
  readonly links: readonly (readonly number[])[];
  readonly groups: number;
}

/** Of so many links each pair is looked at where only end states may be passed. */
const mostPairs = 400;

/** The chain of most groups; of one link where nothing comes before anything. */
export function longestChain(
  system: System,
  { of }: TableClasses,
  { ofTransitions, ofEnds }: Columns,
  heard?: Heard,
): Chain {
  const links = linksIn(system, of);
  const ofKind = new Map<number, Link[]>();
  for (const link of links) ofKind.set(link.kind, [...(ofKind.get(link.kind) ?? []), link]);
  const later = new Map(links.map((link) => [link, new Set<Link>()]));

  /** No end state has the one still there and the other newly there. */
  const isInNoEnd = (still: Link, newly: Link) =>
    system.end_states.some((table, at) => {
      const columns = ofEnds[at] ?? [];
      const one = columns.findIndex((kinds) => kinds.includes(still.kind));
      const two = columns.findIndex((kinds) => kinds.includes(newly.kind));
      if (one < 0 || two < 0 || one === two) return false;
      return !isSaid(table, "yes", [one, still.start], [two, newly.wanted]);
    });
  const linksOf = (kinds: readonly number[] = []) =>
    kinds.flatMap((kind) => ofKind.get(kind) ?? []);

  for (const [at, table] of system.transition_states.entries()) {
    const columns = ofTransitions[at] ?? [];
    if (columns.length !== 2) continue;
    for (const [one, two] of [[0, 1] as const, [1, 0] as const]) {
      for (const still of linksOf(columns[one])) {
        heard?.(1);
        for (const newly of linksOf(columns[two])) {
          const said = (verdict: "yes" | "no") =>
            isSaid(table, verdict, [one, still.start], [two, newly.wanted]);
          const isUnsaid = () =>
            table.default === "deny" && !said("yes") && isInNoEnd(still, newly);
          if (still !== newly && (said("no") || isUnsaid())) later.get(still)?.add(newly);
        }
      }
    }
  }
  if (system.end_states_only && links.length <= mostPairs) {
    for (const still of links)
      for (const newly of links)
        if (still !== newly && isInNoEnd(still, newly)) later.get(still)?.add(newly);
  }
  const chain = longest(links, later);
  const limited = mostOfOneType(system);
  return chain.groups >= limited.groups ? chain : limited;
}

function linksIn({ types, components }: System, of: readonly number[]): readonly Link[] {
  const found = new Map<string, { kind: number; start: number; members: number[] }>();
  for (const [component, { type, start, hops }] of components.entries()) {
    const wanted = types[type]?.wanted;
    const isOnlyWay = hops.every(([from, to]) => from !== start || to === wanted);
    if (start === wanted || !isOnlyWay) continue;
    const kind = of[component] ?? -1;
    const known = found.get(`${kind}/${start}`);
    if (known !== undefined) known.members.push(component);
    else found.set(`${kind}/${start}`, { kind, start, members: [component] });
  }
  return [...found.values()].map((link) => {
    const { wanted = -1, max_parallel: most = null } =
      types[components[link.members[0] ?? -1]?.type ?? -1] ?? {};
    const { length } = link.members;
    return { ...link, wanted, groups: Math.ceil(length / (most ?? length)) };
  });
}

/** A row says it of one version in one column and another in another one, whatever the rest has. */
function isSaid(
  { rows }: Table,
  said: "yes" | "no",
  ...places: readonly (readonly [column: number, version: number])[]
): boolean {
  const isIn = (cell: Cell | undefined, version: number) => cell?.includes(version) ?? true;
  return rows.some(
    ({ verdict, cells }) =>
      verdict === said && places.every(([column, version]) => isIn(cells[column], version)),
  );
}

/** Nothing where they run in a circle: then there is no plan. */
function longest(links: readonly Link[], later: ReadonlyMap<Link, ReadonlySet<Link>>): Chain {
  const known = new Map<Link, { readonly groups: number; readonly next: Link | null }>();
  const from = (link: Link): number => {
    const before = known.get(link);
    if (before !== undefined) return before.groups;
    known.set(link, { groups: 0, next: null });
    let best: Link | null = null;
    let most = 0;
    for (const next of later.get(link) ?? []) {
      const groups = from(next);
      if (groups <= most) continue;
      most = groups;
      best = next;
    }
    known.set(link, { groups: link.groups + most, next: best });
    return link.groups + most;
  };
  const [first = null] = links.toSorted((a, b) => from(b) - from(a));
  const chain: (readonly number[])[] = [];
  for (let at = first; at !== null; at = known.get(at)?.next ?? null) chain.push(at.members);
  return { links: chain, groups: first === null ? 0 : from(first) };
}

/** All of the type of which fewest may be in one group. */
function mostOfOneType({ types, components }: System): Chain {
  const all = types.map(({ wanted, max_parallel: most }, type) => {
    const movers = components.flatMap((one, at) =>
      one.type === type && one.start !== wanted ? [at] : [],
    );
    return { links: [movers], groups: Math.ceil(movers.length / (most ?? Infinity)) };
  });
  const [first = { links: [], groups: 0 }] = all.toSorted((a, b) => b.groups - a.groups);
  return first;
}
