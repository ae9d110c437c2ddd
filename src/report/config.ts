import { aligned } from "./columns.ts";
import type { Style } from "./style.ts";

/** A setting in force. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string | number | boolean | null | readonly string[];
  /** A flag, a variable, a file and line, or `default`. */
  readonly source: string;
}

export function configLines(settings: readonly ShownSetting[], style: Style): readonly string[] {
  const rows = settings.map(({ name, value, source }) => [name, valueText(value), source]);
  return aligned(rows).map(
    ([name = "", value = "", source = ""]) =>
      `${style.strong(name)}  ${value}  ${style.faint(source)}`,
  );
}

function valueText(value: ShownSetting["value"]): string {
  if (value === null) return "-";
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? "-" : value.join(", ");
}

export function configJson(settings: readonly ShownSetting[]): Readonly<Record<string, unknown>> {
  return {
    type: "configuration",
    settings: Object.fromEntries(
      settings.map(({ name, value, source }) => [name, { value, source }]),
    ),
  };
}
