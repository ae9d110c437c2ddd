import { aligned } from "./columns.ts";
import { fleetLimits, type FleetGroup, type FleetSummary, type Outcome } from "./fleet-summary.ts";
import { printable } from "./printable.ts";
import { placeText } from "./problems.ts";
import type { Style } from "./style.ts";
import { counted, quoted } from "./words.ts";

/** A summary for people. */
export function fleetLines(summary: FleetSummary, style: Style): readonly string[] {
  const { answers, broken, devices } = summary;
  const able = answers.plan + answers["nothing-to-do"];
  const unable = devices - able;
  return [
    style.strong(
      `Fleet for ${quoted(printable(summary.manifest))}: ${counted(devices, "device")} in ${counted(summary.lines, "line")}.`,
    ),
    ...(summary.system_versions.length === 0 ? [] : ["", "System versions now:"]),
    ...columnsOf(
      summary.system_versions.map((one) => [
        printable(one.system_version ?? "(no end state)"),
        String(one.devices),
      ]),
      style,
    ),
    "",
    `Can go: ${able}, of which ${answers["nothing-to-do"]} have nothing to do.`,
    unable === 0
      ? "Cannot go: 0."
      : style.bad(
          `Cannot go: ${unable}. No plan: ${answers["no-plan"]}; not decided: ${answers.undecided}; the Manifest does not fit: ${answers.unfit}.`,
        ),
    ...groupsText(summary, style),
    ...(broken.lines === 0 ? [] : ["", ...brokenText(summary, style)]),
    ...(summary.ids_compared >= summary.lines - broken.lines
      ? []
      : [
          "",
          style.careful(
            `Only the first ${summary.ids_compared} ids were compared with each other: behind them a device may have been counted twice.`,
          ),
        ]),
  ];
}

function groupsText(
  { groups, devices_not_in_groups: homeless }: FleetSummary,
  style: Style,
): readonly string[] {
  if (groups.length === 0) return [];
  const told = groups.slice(0, fleetLimits.told);
  const rest = groups.slice(told.length);
  const others = rest.reduce((sum, { devices }) => sum + devices, homeless);
  const head =
    rest.length === 0 ? "Groups:" : `The ${told.length} largest of ${groups.length} groups:`;
  return [
    "",
    head,
    ...told.flatMap((group) => groupText(group, style)),
    ...(others === 0 ? [] : [`  and ${counted(others, "device")} in smaller groups`]),
    ...(homeless === 0
      ? []
      : [
          style.careful(
            `  ${counted(homeless, "device")} came when ${fleetLimits.groups} groups were known, and are in none of them.`,
          ),
        ]),
  ];
}

function groupText({ outcome, devices, example }: FleetGroup, style: Style): readonly string[] {
  const [first = "", ...more] = outcomeText(outcome);
  const head = `  ${counted(devices, "device")}, such as ${quoted(printable(example))}: `;
  const isAble = outcome.kind === "plan";
  return [
    `${head}${isAble ? first : style.bad(first)}`,
    ...more.map((line) => `    ${style.faint(line)}`),
  ];
}

function outcomeText(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case "plan": {
      const name = (version: string | null) => printable(version ?? "(no end state)");
      const from = name(outcome.from);
      if (outcome.through.length === 0) return [`nothing to do, on ${from}`];
      return [[from, ...outcome.through.map(name)].join(" -> ")];
    }
    case "no-plan":
      return [
        `no acceptable plan. ${printable(outcome.reason)}`,
        ...outcome.core.map(
          ({ file, line, row }) => `${placeText({ file, line })}  ${printable(row)}`,
        ),
      ];
    case "unfit":
      return [
        "the Manifest does not fit",
        ...outcome.problems.map(({ code, message }) => `${printable(message)} [${code}]`),
      ];
    default:
      return ["not decided within the limit of search nodes"];
  }
}

function brokenText({ broken }: FleetSummary, style: Style): readonly string[] {
  const more = broken.lines - broken.first.length;
  const codes = Object.entries(broken.codes).map(([code, lines]) => `${code} ${lines}`);
  return [
    style.bad(
      `Broken: ${counted(broken.lines, "line")}, of which nothing is counted (${codes.join(", ")}).`,
    ),
    ...broken.first.map(({ input, line, column, code, message }) => {
      const at = { file: input, line, ...(column !== undefined && { column }) };
      return `  ${style.strong(placeText(at))}: ${printable(message)} ${style.faint(`[${code}]`)}`;
    }),
    ...(more === 0 ? [] : [`  and ${more} more`]),
  ];
}

function columnsOf(rows: readonly (readonly string[])[], style: Style): readonly string[] {
  return aligned(rows, style.widthOf).map((cells) => `  ${cells.join("  ")}`);
}
