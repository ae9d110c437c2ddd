/**
 * How much a sweep tries. `npm test` tries some of each kind, so that no promise is left out; the thorough tier,
 * `npm run test:thorough`, tries them all. A test file that imports this one belongs to both.
 */
export function inTier<Amount>(usual: Amount, thorough: Amount): Amount {
  return process.env["TEST_TIER"] === "thorough" ? thorough : usual;
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
