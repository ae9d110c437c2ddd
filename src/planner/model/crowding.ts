import type { Rule, System } from "../../manifest/system.ts";

/** So many of some Components may be in one order group. */
export interface Crowding {
  readonly most: number;
  readonly counts: (component: number) => boolean;
  /** The limit as it was written; null: `max_parallel` of a type. */
  readonly rule: Rule | null;
}

export function limitsOf({ types, components, limits = [] }: System): readonly Crowding[] {
  const ofTypes = types.flatMap(({ maxParallel }, type) =>
    maxParallel === null
      ? []
      : [
          {
            most: maxParallel,
            counts: (component: number) => components[component]?.type === type,
            rule: null,
          },
        ],
  );
  const written = limits.map(({ most, components: own, rule }) => {
    const counted = new Set(own);
    return { most, counts: (component: number) => counted.has(component), rule };
  });
  return [...ofTypes, ...written];
}

/** For each Component a number; those of one type that have the same count in the same limits. */
export function crowdingClassesOf({ components, limits = [] }: System): readonly number[] {
  if (limits.length === 0) return components.map(() => 0);
  const lists = components.map((): number[] => []);
  for (const [limit, { components: own }] of limits.entries())
    for (const component of own) lists[component]?.push(limit);
  const numbers = new Map<string, number>();
  return lists.map((list) => {
    const key = list.join();
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
