import { at } from "../model/moves.ts";
import { freeIn, type Share } from "./room.ts";
import { isSafe, type Stage } from "./safe-group.ts";

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
  const isOneWay = stage.wide.length > 0 || stage.moveClasses.some(({ canGoBack }) => !canGoBack);
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
  const { moveClasses } = stage;
  const groups: (readonly Share[])[] = [];
  const done = moveClasses.map(() => 0);
  let isPast = false;
  let exposed = moveClasses.reduce(
    (sum, { canGoBack, members }) => sum + (canGoBack ? members.length : 0),
    0,
  );
  let rest = split(stage, sequence);
  while (rest.length > 0) {
    const group: Share[] = [];
    const skipped: Share[] = [];
    for (const share of rest) {
      const { moveClass, count } = share;
      const { canGoBack } = at(moveClasses, moveClass);
      const isIrreversible =
        !canGoBack || group.some((one) => !at(moveClasses, one.moveClass).canGoBack);
      const fits =
        count <= freeIn(stage, group, moveClass) &&
        (isPast || !isIrreversible || exposed <= exposure) &&
        !skipped.some((one) => one.moveClass === moveClass) &&
        isReady(stage, done, moveClass) &&
        isSafe(stage, done, joined(group, share)) &&
        canWait(stage, done, joined(group, share), share, skipped);
      if (!fits) {
        skipped.push(share);
        continue;
      }
      group.splice(0, group.length, ...joined(group, share));
    }
    for (const { moveClass, count } of group) {
      done[moveClass] = at(done, moveClass) + count;
      if (at(moveClasses, moveClass).canGoBack) exposed -= count;
      else isPast = true;
    }
    groups.push(group);
    rest = skipped;
  }
  return groups;
}

/** Shares that fit into the room of one group. */
function split({ capacity }: Stage, sequence: readonly Share[]): readonly Share[] {
  return sequence.flatMap(({ moveClass, count }) => {
    const most = at(capacity, moveClass);
    if (count <= most) return [{ moveClass, count }];
    return Array.from({ length: Math.ceil(count / most) }, (_, part) => ({
      moveClass,
      count: Math.min(most, count - part * most),
    }));
  });
}

function isReady(
  { moveClasses, leaders }: Stage,
  done: readonly number[],
  moveClass: number,
): boolean {
  return at(leaders, moveClass).every(
    (leader) => done[leader] === at(moveClasses, leader).members.length,
  );
}

function joined(group: readonly Share[], { moveClass, count }: Share): readonly Share[] {
  const same = group.find((share) => share.moveClass === moveClass);
  if (same === undefined) return [...group, { moveClass, count }];
  return group.map((share) => (share === same ? { moveClass, count: count + same.count } : share));
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
    skipped.some(({ moveClass }) =>
      at(stage.residualsOf, moveClass).some((residual) =>
        residual.moveClasses.includes(share.moveClass),
      ),
    );
  if (!isTouched) return true;
  const then = [...done];
  for (const { moveClass, count } of group) then[moveClass] = at(then, moveClass) + count;
  for (const { moveClass, count } of skipped) {
    if (!isSafe(stage, then, [{ moveClass, count }])) return false;
    then[moveClass] = at(then, moveClass) + count;
  }
  return true;
}

/** The same stage from its end to its beginning. */
function reversed(stage: Stage): Stage {
  const tieBreak = new Map(
    stage.residuals.map((residual) => [
      residual,
      { ...residual, accepts: residual.accepts.toReversed() },
    ]),
  );
  return {
    ...stage,
    before: stage.before.map(
      (version, component) =>
        stage.moveClasses.find(({ members }) => members.includes(component))?.to ?? version,
    ),
    moveClasses: stage.moveClasses.map((moveClass) => ({
      ...moveClass,
      from: moveClass.to,
      to: moveClass.from,
    })),
    followers: stage.leaders,
    leaders: stage.followers,
    sequence: stage.sequence.toReversed(),
    residuals: [...tieBreak.values()],
    residualsOf: stage.residualsOf.map((residuals) =>
      residuals.flatMap((residual) => tieBreak.get(residual) ?? []),
    ),
  };
}
