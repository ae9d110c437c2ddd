import type { System, SystemState } from "../../manifest/system.ts";
import { type Ban, banOf } from "./bans.ts";
import { at, type Draft, eachGroup } from "../model/draft.ts";
import type { Judge } from "../constraints/judge.ts";
import { lineup, type Lot } from "../model/squads.ts";
import { everyMeeting, isAccepted, knotLimit, orderWithin } from "../stage/ties.ts";
import { type Kind, kindsOf, someMeeting } from "../model/combinations.ts";
import type { Page } from "../constraints/page.ts";
import { isAllAccepted, narrowed } from "../constraints/transit.ts";

/** Who must come before whom, and the bans that say so. */
interface Edge {
  readonly first: number;
  readonly second: number;
  readonly bans: readonly Ban[];
}

/** Bans that alone keep these moves from being one stage; null: it takes more than an order in a circle. */
export function blame(
  system: System,
  judge: Judge,
  before: SystemState,
  behind: SystemState,
): readonly Ban[] | null {
  const line = lineup(system, judge.peerage, before, behind);
  const edges: Edge[][] = line.squads.map(() => []);
  let alone: readonly Ban[] | null = null;
  everyMeeting(judge, line, (page, chosen) => {
    const movers = chosen.flatMap(({ squad }) => (squad < 0 ? [] : [squad]));
    if (movers.length === 0 || movers.length > knotLimit) return true;
    const last = (1 << movers.length) - 1;
    const accepts = new Uint8Array(last + 1).fill(1);
    const bans: Ban[] = [];
    for (let moved = last; moved > 0; moved -= 1) {
      if (isAccepted(page, chosen, moved)) continue;
      accepts[moved] = 0;
      bans.push(banOf(system, page, versionsOf(chosen, moved)));
      if (moved === last) {
        alone = bans;
        return false;
      }
    }
    const pairs = bans.length === 0 ? [] : orderWithin({ squads: movers, accepts });
    if (pairs === null || pairs.some(([one, other]) => movers[one] === movers[other])) {
      alone = bans;
      return false;
    }
    for (const [one, other] of pairs) {
      const [first, second] = [at(movers, one), at(movers, other)];
      edges[first]?.push({ first, second, bans });
    }
    return true;
  });
  return alone ?? shortestCircle(edges)?.flatMap(({ bans }) => bans) ?? null;
}

function versionsOf(chosen: readonly Lot[], moved: number): readonly number[] {
  let place = -1;
  return chosen.map(({ squad, from, to }) => {
    if (squad < 0) return from;
    place += 1;
    return (moved & (1 << place)) === 0 ? from : to;
  });
}

/** From so many squads a shorter circle is looked for. */
const circleStarts = 16;

/** The squads that may lie in a circle: those that are left when no other waits for nobody. */
function inCircles(edges: readonly (readonly Edge[])[]): readonly number[] {
  const waiting = edges.map(() => 0);
  for (const list of edges)
    for (const { second } of list) waiting[second] = at(waiting, second) + 1;
  const free = waiting.flatMap((count, squad) => (count === 0 ? [squad] : []));
  for (const squad of free) {
    for (const { second } of at(edges, squad)) {
      waiting[second] = at(waiting, second) - 1;
      if (waiting[second] === 0) free.push(second);
    }
  }
  return waiting.flatMap((count, squad) => (count > 0 ? [squad] : []));
}

/** The shortest of those through the first squads. */
function shortestCircle(edges: readonly (readonly Edge[])[]): readonly Edge[] | null {
  let shortest: readonly Edge[] | null = null;
  for (const start of inCircles(edges).slice(0, circleStarts)) {
    const reachedBy = new Map<number, Edge>();
    const queue = [start];
    for (const squad of queue) {
      for (const edge of at(edges, squad)) {
        if (reachedBy.has(edge.second)) continue;
        reachedBy.set(edge.second, edge);
        if (edge.second !== start) queue.push(edge.second);
      }
      if (reachedBy.has(start)) break;
    }
    const circle: Edge[] = [];
    for (let edge = reachedBy.get(start); edge !== undefined;) {
      circle.push(edge);
      edge = edge.first === start ? undefined : reachedBy.get(edge.first);
    }
    if (circle.length > 0 && (shortest === null || circle.length < shortest.length)) {
      shortest = circle;
    }
    if (shortest !== null && shortest.length <= 2) return shortest;
  }
  return shortest;
}

/** For each group of the draft and each page the first combination that the judge refuses. */
export function objections(system: System, judge: Judge, draft: Draft): readonly Ban[] {
  const starts = system.components.map(({ start }) => start);
  const found: Ban[] = [];
  eachGroup(starts, draft.flat(), (_, options) => {
    const kinds = kindsOf(judge.peerage, starts, options);
    for (const page of judge.book.pages) {
      const ban = firstBan(
        system,
        page,
        page.peers.map((peers) => at(kinds, peers)),
      );
      if (ban !== null) found.push(ban);
    }
  });
  return found;
}

function firstBan(system: System, page: Page, columns: readonly (readonly Kind[])[]): Ban | null {
  let ban: Ban | null = null;
  someMeeting(columns, (meeting) => {
    if (isAllAccepted(page, meeting)) return false;
    const versions = narrowed(page, meeting).map(({ version }) => version);
    ban = banOf(system, page, versions);
    return true;
  });
  return ban;
}
