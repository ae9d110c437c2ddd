import type { Rule } from "../manifest/system.ts";
import { combinations, type Kind, kindsOf, type Option, type Options } from "./combinations.ts";
import type { Peerage } from "./peers.ts";
import type { Page, Rulebook } from "./rulebook.ts";

/** A combination that no table accepts. */
export interface Refusal {
  readonly page: Page;
  readonly combination: readonly Option[];
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
}

/** How many combinations of one page are looked at for the rules that allow a step. */
const reasonLimit = 4096;

/** The first combination that is refused, of all that Components with these options can hold; null: none. */
export function refusal(
  book: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
  options: Options,
): Refusal | null {
  const kinds = kindsOf(peerage, starts, options);
  for (const page of book.pages) {
    const filled = page.peers.map((at) => kinds[at] ?? []);
    for (const combination of combinations(filled)) {
      if (combination.every(({ stands }) => stands)) continue;
      const versions = combination.map(({ version }) => version);
      if (page.accepts(versions)) continue;
      const said = page.ruling(versions);
      return { page, combination: [...combination], rule: said.accepted ? null : said.rule };
    }
  }
  return null;
}

/**
 * Tells for each Component the rules that accept the combinations in which it has `version`, while the
 * others have any of their options.
 */
export function reasons(
  book: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
  options: Options,
): (component: number, version: number) => readonly Rule[] {
  const kinds = kindsOf(peerage, starts, options);
  const known = new Map<string, readonly Rule[]>();
  return (component, version) => {
    const own = peerage.of[component] ?? -1;
    const stands = starts[component] === version;
    const key = `${own}/${String(options[component])}/${version}/${String(stands)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rules = new Set<Rule>();
    const itself = { peers: own, options: [{ peers: own, version, stands }], count: 1 };
    const others = kinds.map((list, at) =>
      at === own ? without(list, options[component] ?? [], starts[component] ?? -1) : list,
    );
    for (const page of book.pagesOf[own] ?? []) {
      const filled = page.peers.map((at) => others[at] ?? []);
      for (const [column, peers] of page.peers.entries()) {
        if (peers === own) addRules(rules, page, filled.with(column, [itself]));
      }
    }
    const found = [...rules];
    known.set(key, found);
    return found;
  };
}

function addRules(rules: Set<Rule>, page: Page, filled: readonly (readonly Kind[])[]) {
  let seen = 0;
  for (const combination of combinations(filled)) {
    seen += 1;
    if (seen > reasonLimit) return;
    if (combination.every(({ stands }) => stands)) continue;
    const said = page.ruling(combination.map(({ version }) => version));
    if (said.accepted) for (const rule of said.rules) rules.add(rule);
  }
}

/** One Component less of the kind that has these options. */
function without(
  kinds: readonly Kind[],
  versions: readonly number[],
  start: number,
): readonly Kind[] {
  return kinds.flatMap((kind) => {
    const isIt =
      kind.options.length === versions.length &&
      kind.options.every(
        (option, at) =>
          option.version === versions[at] && option.stands === (option.version === start),
      );
    if (!isIt) return [kind];
    return kind.count === 1 ? [] : [{ ...kind, count: kind.count - 1 }];
  });
}
