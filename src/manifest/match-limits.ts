import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { resolveHead } from "./columns.ts";
import type { WrittenLimit } from "./limit.ts";
import { componentNamed, componentsOfType, unknownComponent } from "./match-columns.ts";
import type { Limit } from "./system.ts";
import { unknownHead } from "./unknown-head.ts";
import type { VersionDomains } from "./version-domains.ts";

/** Heads that name no type of the Manifest. */
export function limitProblems(
  limits: readonly WrittenLimit[],
  types: readonly ComponentType[],
): readonly Problem[] {
  return limits.flatMap(({ of }) =>
    of.flatMap(({ head, at }): readonly Problem[] => {
      if (resolveHead(head, types) !== null) return [];
      // A fact is nothing that a limit could count.
      const [whole, type = whole] = /^([^@:]*):.*$/s.exec(head) ?? [head];
      const { hint } = unknownHead(type, types);
      const { shown } = unknownHead(head, types);
      return [
        {
          code: "limit-invalid",
          message: `The limit speaks of "${shown}", which is no Component type of the Manifest.`,
          at,
          expected: "a Component type, or TYPE@ID",
          got: shown,
          hint,
        },
      ];
    }),
  );
}

/** A share is rounded down, and is one at the least. What nobody stands in limits nothing. */
export function matchLimits(
  limits: readonly WrittenLimit[],
  domains: VersionDomains,
): { readonly limits: readonly Limit[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const matched = limits.flatMap(({ of, atMost, rule }): readonly Limit[] => {
    const members = new Set(
      of.flatMap((column): readonly number[] => {
        const named = resolveHead(column.head, domains.knownTypes);
        if (named === null) return [];
        const { type, id } = named;
        if (id === null) return componentsOfType(type, domains);
        const component = componentNamed(id, type, domains);
        if (component !== null) return [component];
        const isUnknown =
          componentsOfType(type, domains).length > 0 && !domains.absent.includes(type);
        if (isUnknown) problems.push(unknownComponent(column, id, type, domains));
        return [];
      }),
    );
    if (members.size === 0) return [];
    const most =
      "count" in atMost
        ? atMost.count
        : Math.max(1, Math.floor((members.size * atMost.percent) / 100));
    return [{ components: [...members].toSorted((a, b) => a - b), most, rule }];
  });
  return { limits: matched, problems };
}
