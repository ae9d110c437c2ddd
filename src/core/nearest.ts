/** The candidate that was probably meant, or null where none is close. Case and `-` for `_` do not count. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  // Of one letter nothing would be left.
  let least = name.length === 1 ? 1 : Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(folded(name), folded(candidate));
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** Whether one of the names was probably meant for one of the wanted: that is the fault, and is told at its place. */
export function isMeant(names: readonly string[], wanted: readonly string[]): boolean {
  return names.some((name) => nearest(name, wanted) !== null);
}

/** `Did you mean "x"?`, or else what there is to choose from. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearest(name, candidates);
  if (close !== null) return `Did you mean "${close}"?`;
  return candidates.length === 0 ? "Remove it." : `Known are: ${candidates.join(", ")}.`;
}

function folded(name: string): string {
  return name.slice(0, 64).toLowerCase().replaceAll("-", "_");
}

/** Insertions, removals, replacements and swaps of neighbours that turn one into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const replaced = (last[j - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
