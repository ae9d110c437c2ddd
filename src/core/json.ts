/**
 * What the JSON says; throws SyntaxError where it is none. A number that is too large for one becomes infinite in
 * JSON.parse, and is refused by the parsers of others: so it is here.
 */
export function parseJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text, (_, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new SyntaxError("a number is too large");
    return value;
  });
  return parsed;
}
