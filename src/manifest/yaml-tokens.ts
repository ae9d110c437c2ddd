import { type CST, Lexer, Parser } from "yaml";
import type { Problem } from "../core/problem.ts";
import { placeAt, type Source } from "./source.ts";
import { type Brackets, bracketWatch } from "./yaml-brackets.ts";
import { maxDepth, maxProblems, tooDeep } from "./yaml-problems.ts";

/** Anchors, aliases and tags of one file; bare `*` and `!x` cells count, too. */
const maxMarks = 1_000;

/** Characters of one quoted text. */
const maxQuoted = 65_536;

/**
 * The tokens of the first document. What no file of ours holds is refused here, before the composer, which
 * would take its time over it: directives, further documents, floods of errors and marks, great depth.
 */
export function tokensOf(source: Source): {
  readonly tokens: readonly CST.Token[];
  readonly refused: readonly Problem[];
  readonly brackets: Brackets;
} {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const refused: Problem[] = [];
  const brackets = bracketWatch(source);
  let documents = 0;
  let errors = 0;
  let marks = 0;
  for (const token of parse()) {
    if (token.type === "directive") {
      refused.push(directive(source, token.offset, token.source));
      continue;
    }
    if (token.type === "document" && (documents += 1) > 1) {
      refused.push(secondDocument(source, token.offset));
      break;
    }
    tokens.push(token);
    if (token.type === "error" && (errors += 1) > maxProblems) break;
  }
  return { tokens, refused, brackets: brackets.seen() };

  function* parse(): Generator<CST.Token, void> {
    for (const lexeme of new Lexer().lex(source.text)) {
      yield* parser.next(brackets.see(lexeme, parser.offset));
      if (/^[&*!]/.test(lexeme)) marks += 1;
      const at = Math.min(parser.offset, source.text.length);
      // A document, a scalar, and what lies between them.
      const isTooDeep = parser.stack.length > maxDepth + 3;
      if (isTooDeep) refused.push(tooDeep(placeAt(source, at)));
      else if (lexeme.length > maxQuoted && /^["']/.test(lexeme)) refused.push(tooLong(source, at));
      else if (marks > maxMarks) refused.push(tooManyMarks(source, at));
      else if (brackets.seen().broken === null) continue;
      return;
    }
    brackets.end(source.text.length);
    yield* parser.end();
  }
}

function directive(source: Source, offset: number, text: string): Problem {
  return {
    code: "yaml-forbidden",
    message: `The directive "${text}" is not allowed.`,
    at: placeAt(source, offset),
    hint: "Remove the line.",
  };
}

function secondDocument(source: Source, offset: number): Problem {
  return {
    code: "yaml-forbidden",
    message: "The file holds more than one document.",
    at: placeAt(source, offset),
    expected: "one document",
    hint: `Put each into a file of its own, and remove the lines "---".`,
  };
}

function tooLong(source: Source, offset: number): Problem {
  return {
    code: "yaml-forbidden",
    message: "A quoted text is too long.",
    at: placeAt(source, offset),
    expected: `at most ${maxQuoted} characters`,
    hint: "Look for a quote that is not closed.",
  };
}

function tooManyMarks(source: Source, offset: number): Problem {
  return {
    code: "yaml-forbidden",
    message: "The file holds too many anchors, aliases and tags.",
    at: placeAt(source, offset),
    expected: `at most ${maxMarks}`,
    hint: `Write out what they stand for; quote a text that starts with "&", "*" or "!".`,
  };
}
