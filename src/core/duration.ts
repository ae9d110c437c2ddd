/** Milliseconds of each unit. */
const units: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** How long something lasts: `90s`, `15m`, `4h`, `2d`, or `0s`. */
export const durationPattern = /^([0-9]{1,6})([smhd])$/;

/** Milliseconds; null where the text is no duration. */
export function durationMs(text: string): number | null {
  const [, count, unit = ""] = durationPattern.exec(text) ?? [];
  const unitMs = units.get(unit);
  return count === undefined || unitMs === undefined ? null : Number(count) * unitMs;
}
