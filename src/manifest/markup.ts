/** What is left of a table that was copied out of a rendered or half-rendered page. */
const forms: readonly RegExp[] = [
  /`/,
  /\*\*|~~/,
  // Emphasis; `*` alone is a cell, and `1.2.*` a number.
  /^\*[^*]+\*$/,
  /<\/?[a-z][^<>]*>/i,
  /&(?:[a-z]+|#[0-9]+|#x[0-9a-f]+);/i,
  /\[[^\]]*\]\([^)]*\)/,
  // Signs that an editor makes of `>=`, `<=` and `!=`, and wide ones.
  /[\u2264-\u2267\u2260\u2a7d\u2a7e\uff1c-\uff1e]/u,
];

/** Markdown or HTML in a text that should be a name; null where there is none. */
export function markupIn(text: string): string | null {
  for (const form of forms) {
    const found = form.exec(text);
    if (found !== null) return found[0];
  }
  return null;
}
