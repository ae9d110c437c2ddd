import type { TestContext } from "vitest";

/**
 * How much a sweep tries. `npm test` tries some of each kind, so that no promise is left out; the thorough tier,
 * `npm run test:thorough`, tries them all. A test file that imports this one belongs to both.
 */
export function inTier<Amount>(usual: Amount, thorough: Amount): Amount {
  return process.env["TEST_TIER"] === "thorough" ? thorough : usual;
}

/**
 * The body of a test that only widens what others of its kind try in every tier: run in the thorough one, and skipped
 * with the reason in any other.
 */
export function widening(
  body: () => void | Promise<void>,
): (context: TestContext) => Promise<void> {
  return async ({ skip }) => {
    skip(inTier(true, false), "it widens what others try: only in the thorough tier");
    await body();
  };
}

/**
 * All of them in the thorough tier, else one of each kind: of the first kind the first, of the second the second, ...
 */
export function oneOfEachKind<One>(
  all: readonly One[],
  kindOf: (one: One) => string,
): readonly One[] {
  const kinds = [...new Set(all.map(kindOf))].map((kind) =>
    all.filter((one) => kindOf(one) === kind),
  );
  const some = kinds.flatMap((kind, at) => kind.slice(at % kind.length, (at % kind.length) + 1));
  return inTier(some, all);
}
