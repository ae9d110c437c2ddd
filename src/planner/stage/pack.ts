import { at } from "../model/draft.ts";
import { isSafe, type Share, type Stage } from "./stage.ts";

/** How often a packing is turned round and packed again. */
const rounds = 4;

/**
 * Groups made of a sequence that is possible: each takes from what is left whatever can go at once without
 * making the rest impossible. Then the same from the end, and again, as long as it gets shorter.
 */
export function packed(
  stage: Stage,
  sequence: readonly Share[],
  exposure: number,
): readonly (readonly Share[])[] {
  let best = forward(stage, sequence, exposure);
  const isOneWay = stage.wide.length > 0 || stage.squads.some(({ canGoBack }) => !canGoBack);
  if (isOneWay) return best;
  const turned = reversed(stage);
  for (let round = 0; round < rounds; round += 1) {
    const back = forward(turned, best.flat().toReversed(), exposure).toReversed();
    const again = forward(stage, back.flat(), exposure);
    if (again.length >= best.length) return best;
    best = again;
  }
  return best;
}

function forward(
  stage: Stage,
  sequence: readonly Share[],
  exposure: number,
): readonly (readonly Share[])[] {
  const { squads, room } = stage;
  const groups: (readonly Share[])[] = [];
  const done = squads.map(() => 0);
  let isPast = false;
  let exposed = squads.reduce(
    (sum, { canGoBack, members }) => sum + (canGoBack ? members.length : 0),
    0,
  );
  let rest = split(stage, sequence);
  while (rest.length > 0) {
    const group: Share[] = [];
    const skipped: Share[] = [];
    const used = new Map<number, number>();
    for (const share of rest) {
      const { squad, count } = share;
      const { type, canGoBack } = at(squads, squad);
      const inUse = used.get(type) ?? 0;
      const isFirm = !canGoBack || group.some((one) => !at(squads, one.squad).canGoBack);
      const fits =
        inUse + count <= at(room, squad) &&
        (isPast || !isFirm || exposed <= exposure) &&
        !skipped.some((one) => one.squad === squad) &&
        isReady(stage, done, squad) &&
        isSafe(stage, done, joined(group, share)) &&
        canWait(stage, done, joined(group, share), share, skipped);
      if (!fits) {
        skipped.push(share);
        continue;
      }
      group.splice(0, group.length, ...joined(group, share));
      used.set(type, inUse + count);
    }
    for (const { squad, count } of group) {
      done[squad] = at(done, squad) + count;
      if (at(squads, squad).canGoBack) exposed -= count;
      else isPast = true;
    }
    groups.push(group);
    rest = skipped;
  }
  return groups;
}

/** Shares that fit into the room of one group. */
function split({ room }: Stage, sequence: readonly Share[]): readonly Share[] {
  return sequence.flatMap(({ squad, count }) => {
    const most = at(room, squad);
    if (count <= most) return [{ squad, count }];
    return Array.from({ length: Math.ceil(count / most) }, (_, part) => ({
      squad,
      count: Math.min(most, count - part * most),
    }));
  });
}

function isReady({ squads, leaders }: Stage, done: readonly number[], squad: number): boolean {
  return at(leaders, squad).every((leader) => done[leader] === at(squads, leader).members.length);
}

function joined(group: readonly Share[], { squad, count }: Share): readonly Share[] {
  const same = group.find((share) => share.squad === squad);
  if (same === undefined) return [...group, { squad, count }];
  return group.map((share) => (share === same ? { squad, count: count + same.count } : share));
}

/** Whether those skipped can still follow in their order once the group, and the share in it, has moved. */
function canWait(
  stage: Stage,
  done: readonly number[],
  group: readonly Share[],
  share: Share,
  skipped: readonly Share[],
): boolean {
  const isTouched =
    stage.isWhole ||
    stage.wide.length > 0 ||
    skipped.some(({ squad }) =>
      at(stage.knotsOf, squad).some((knot) => knot.squads.includes(share.squad)),
    );
  if (!isTouched) return true;
  const then = [...done];
  for (const { squad, count } of group) then[squad] = at(then, squad) + count;
  for (const { squad, count } of skipped) {
    if (!isSafe(stage, then, [{ squad, count }])) return false;
    then[squad] = at(then, squad) + count;
  }
  return true;
}

/** The same stage from its end to its beginning. */
function reversed(stage: Stage): Stage {
  const turn = new Map(
    stage.knots.map((knot) => [knot, { ...knot, accepts: knot.accepts.toReversed() }]),
  );
  return {
    ...stage,
    before: stage.before.map(
      (version, component) =>
        stage.squads.find(({ members }) => members.includes(component))?.to ?? version,
    ),
    squads: stage.squads.map((squad) => ({ ...squad, from: squad.to, to: squad.from })),
    followers: stage.leaders,
    leaders: stage.followers,
    sequence: stage.sequence.toReversed(),
    knots: [...turn.values()],
    knotsOf: stage.knotsOf.map((knots) => knots.flatMap((knot) => turn.get(knot) ?? [])),
  };
}
