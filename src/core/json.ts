/** Deeper than anything that people write, and not so deep that who goes down into it runs out of stack. */
const mostLevels = 1000;

/**
 * What the JSON says; throws SyntaxError where it is none. A number that is too large for one becomes infinite in
 * JSON.parse, and is refused by the parsers of others: so it is here. So is what is nested in more than 1000 levels.
 */
export function parseJson(text: string): unknown {
  if (isDeep(text)) throw new SyntaxError("it is nested too deep");
  const parsed: unknown = JSON.parse(text, (_, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new SyntaxError("a number is too large");
    return value;
  });
  return parsed;
}

function isDeep(text: string): boolean {
  let level = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isInText) {
      if (character === "\\") at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === "[" || character === "{") {
      level += 1;
      if (level > mostLevels) return true;
    } else if (character === "]" || character === "}") level -= 1;
  }
  return false;
}
