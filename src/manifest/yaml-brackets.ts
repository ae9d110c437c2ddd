import { lineAt, placeAt, type Source } from "./source.ts";
import { type YamlBreak, yamlBreak } from "./yaml-problems.ts";

/** What the lexer puts before a plain text or a block scalar, and where it gives up waiting for a bracket. */
const textFollows = "\u001f";
const flowGivenUp = "\u0018";

const closers: { readonly [opener: string]: string } = { "{": "}", "[": "]" };

/** A quoted text as the lexer cut it, and where it begins. */
export interface Quoted {
  readonly lexeme: string;
  readonly offset: number;
}

interface Opened {
  readonly opener: string;
  readonly offset: number;
}

/** What the lexemes of a file say of its brackets and quotes. */
export interface Brackets {
  /** The first that lacks its other half: what the parser says behind it is of something else than was meant. */
  readonly broken: YamlBreak | null;
  /** The first closing bracket that closes nothing; without it the file can be read. */
  readonly stray: YamlBreak | null;
  /**
   * The first quoted text of several lines: where a quote is missing, the next one closes what it should open, and so
   * on to the last.
   */
  readonly longQuote: Quoted | null;
}

/** Looks at the lexemes one after the other; `see` returns what the parser is to get, of the same length. */
export function bracketWatch(source: Source): {
  readonly see: (lexeme: string, offset: number) => string;
  readonly end: (offset: number) => void;
  readonly seen: () => Brackets;
} {
  const open: Opened[] = [];
  let longQuote: Quoted | null = null;
  let isText = false;
  let broken: YamlBreak | null = null;
  let stray: YamlBreak | null = null;
  return {
    see: (lexeme, offset) => {
      const isStray = !isText && isCloser(lexeme) && open.length === 0;
      if (isStray) stray ??= strayCloser(source, lexeme, offset);
      else if (!isText) broken ??= breakAt(lexeme, offset);
      isText = lexeme === textFollows;
      return isStray ? " " : lexeme;
    },
    end: (offset) => {
      broken ??= unclosedBracket(offset);
    },
    seen: () => ({ broken, stray, longQuote }),
  };

  function breakAt(lexeme: string, offset: number): YamlBreak | null {
    if (/^["']/.test(lexeme)) return quoteBreak({ lexeme, offset });
    if (lexeme === flowGivenUp) return unclosedBracket(offset);
    if (Object.hasOwn(closers, lexeme)) open.push({ opener: lexeme, offset });
    return isCloser(lexeme) ? closerBreak(lexeme, offset) : null;
  }

  function quoteBreak(quoted: Quoted): YamlBreak | null {
    const { lexeme } = quoted;
    if (lexeme.length === 1 || !lexeme.endsWith(lexeme.slice(0, 1)))
      return unclosedQuote(source, longQuote ?? quoted);
    if (lexeme.includes("\n")) longQuote ??= quoted;
    return null;
  }

  function closerBreak(closer: string, offset: number): YamlBreak | null {
    const [outermost] = open;
    const last = open.pop();
    if (last === undefined || outermost === undefined || closers[last.opener] === closer)
      return null;
    return { ...wrongCloser(source, last, closer, offset), offset: outermost.offset };
  }

  function unclosedBracket(end: number): YamlBreak | null {
    const last = open.at(-1);
    return last === undefined ? null : unclosed(source, last, end);
  }
}

function isCloser(lexeme: string): boolean {
  return lexeme === "}" || lexeme === "]";
}

function unclosed(source: Source, { opener, offset }: Opened, end: number): YamlBreak {
  const line = lineAt(source, offset);
  const last = Math.max(line, lineAt(source, end) - 1);
  const closer = closers[opener] ?? "";
  const where = last === line ? "on its line" : `up to line ${last}`;
  return yamlBreak(source, offset, "entry", {
    message: `The "${opener}" that is opened here is not closed ${where}.`,
    expected: `"${closer}"`,
    hint: `Write "${closer}" where the ${opener === "{" ? "map" : "list"} ends.`,
  });
}

function wrongCloser(
  source: Source,
  { opener, offset }: Opened,
  closer: string,
  at: number,
): YamlBreak {
  const wanted = closers[opener] ?? "";
  const { line = 0, column = 0 } = placeAt(source, offset);
  return yamlBreak(source, at, "entry", {
    message: `The "${opener}" of line ${line}, column ${column} is closed by "${closer}".`,
    expected: `"${wanted}"`,
    got: `"${closer}"`,
    hint: `Write "${wanted}" before it, or in its place.`,
  });
}

function strayCloser(source: Source, closer: string, offset: number): YamlBreak {
  const opener = closer === "}" ? "{" : "[";
  return yamlBreak(source, offset, "entry", {
    message: `The "${closer}" closes nothing.`,
    got: `"${closer}"`,
    hint: `Remove it, or write the "${opener}" that it belongs to; quote a text that holds it.`,
  });
}

export function unclosedQuote(source: Source, { lexeme, offset }: Quoted): YamlBreak {
  const quote = lexeme.slice(0, 1);
  return yamlBreak(source, offset, "entry", {
    message: `The quote (${quote}) that is opened here is not closed on its line.`,
    expected: quote,
    hint: `Write ${quote} where the text ends, too.`,
  });
}
