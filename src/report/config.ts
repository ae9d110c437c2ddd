import type { Problem } from "../core/problem.ts";
import type { ShownSetting } from "../manifest/shown-settings.ts";
import { aligned } from "./columns.ts";
import { printableExactly } from "./printable.ts";
import { problemJson } from "./problems.ts";
import type { Style } from "./style.ts";

export function configLines(settings: readonly ShownSetting[], style: Style): readonly string[] {
  const rows = settings.map(({ name, value, origin }) =>
    [name, valueText(value), origin].map(printableExactly),
  );
  return aligned(rows, style.widthOf).map(
    ([name = "", value = "", source = ""]) =>
      `${style.strong(name)}  ${value}  ${style.faint(source)}`,
  );
}

function valueText(value: ShownSetting["value"]): string {
  if (value === null) return "-";
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? "-" : value.join(", ");
}

/** `problems`: what is wrong with files that hold no settings. */
export function configJson(
  settings: readonly ShownSetting[],
  problems: readonly Problem[],
): Readonly<Record<string, unknown>> {
  return {
    type: "configuration",
    settings: Object.fromEntries(
      settings.map(({ name, value, origin }) => [name, { value, source: origin }]),
    ),
    problems: problems.map((problem) => problemJson(problem)),
  };
}
