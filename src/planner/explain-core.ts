import { byBan } from "./explain-bans.ts";
import { type Question, search } from "./explain-search.ts";

export interface Core {
  /** By number, in the order in which they are told. */
  readonly bans: readonly number[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
}

/**
 * Leaves out one ban after the other as long as the rest still forbids every way. `used`: bans that do so
 * together; `needed`: those without which there is a way whatever else holds. Each failed search names the bans it met, so that most others go at once.
 */
export function reduced(
  question: Question,
  used: ReadonlySet<number>,
  needed: ReadonlySet<number>,
): Core {
  const { law } = question;
  const inOrder = [...used].toSorted((a, b) => byBan(law.ban(a), law.ban(b)));
  let kept = used;
  let isIrreducible = true;
  for (const ban of inOrder) {
    if (!kept.has(ban) || needed.has(ban)) continue;
    const fewer = new Set([...kept].filter((other) => other !== ban));
    const found = search({ ...question, isLifted: (number) => !fewer.has(number) });
    if (found.kind === "none") kept = found.used;
    if (found.kind === "undecided") isIrreducible = false;
  }
  return { bans: inOrder.filter((ban) => kept.has(ban)).toReversed(), isIrreducible };
}
