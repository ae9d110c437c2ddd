/** `1 install`, `3 installs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `G13`, `G13 and R456`, `G13, R456 and R998`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return "";
  const before = names.slice(0, -1);
  return before.length === 0 ? last : `${before.join(", ")} and ${last}`;
}

export function quoted(text: string): string {
  return `"${text}"`;
}

/** As one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
