import type { Amount, Memory } from "../core/events.ts";

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** `512 B`, or `1234 situations`. */
export function amountText({ count, unit }: Amount): string {
  return unit === "bytes" ? bytesText(count) : `${count} ${unit}`;
}

/** `12 % of the memory`: at all of it, it is given up. */
export function memoryText({ taken, most }: Memory): string {
  return `${Math.round((100 * taken) / most)} % of the memory`;
}

/** `512 B`, `3.4 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit] ?? ""}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
