import type { ComponentType, SystemVersion, Version } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { System } from "../manifest/system.ts";
import type { Nogood } from "../planner/model/conflict.ts";
import type { Reach, Reachability } from "../planner/conflict/reachability.ts";
import { aligned } from "./columns.ts";
import type { Style } from "./style.ts";
import { listed, quoted } from "./words.ts";

/** What a search finds odd about the tables of a Manifest. */

export function targetNotAnEndState(system: System, nogood: Nogood): Problem {
  const wanted = system.types.map(
    ({ name, versions, target }) => `${name} ${quoted(versions[target] ?? "?")}`,
  );
  const at = placeOf(nogood);
  return {
    code: "target-not-an-end-state",
    message: `What the Manifest wants is no acceptable end state: ${wanted.join(", ")}.`,
    ...(at !== null && { at }),
    hint: "Add it to the end states, or correct the Artifacts or the row; as it is, no System can install this.",
  };
}

function placeOf(nogood: Nogood): Place | null {
  if (nogood.kind === "order" || nogood.rule === null) return null;
  return { file: nogood.rule.file, line: nogood.rule.line, text: nogood.rule.row };
}

export function strayVersion(
  type: ComponentType,
  versions: readonly Version[],
  at: Place,
): Problem {
  return {
    code: "version-without-artifact",
    message: `The tables name versions of "${type}" that no Artifact of the Manifest gives and no end state holds: ${versions.map(quoted).join(", ")}.`,
    at,
    hint: "Check the spelling, or remove them.",
  };
}

/** End states that no other one leads to, whatever Artifacts there were. */
export function unreachable({ names, rules, reach }: Reachability): readonly Problem[] {
  if (names.length < 2) return [];
  return names.flatMap((name, to) => {
    const isCutOff = names.every((_, from) => from === to || reach[from]?.[to] === "no");
    const rule = rules[to] ?? null;
    // What nothing leads to may still be where Systems start from; what leads nowhere either is cut off.
    const isStart = reach[to]?.some((one) => one === "yes" || one === "allowed") === true;
    if (!isCutOff || isStart) return [];
    return [
      {
        code: "end-state-unreachable" as const,
        message: `The tables let no other end state lead to "${name}", nor "${name}" to any other.`,
        ...(rule !== null && { at: { file: rule.file, line: rule.line, text: rule.row } }),
        hint: "Add rows that allow a way between them, or remove the end state.",
      },
    ];
  });
}

export function orderBreaksRows(manifest: Manifest, from: SystemVersion): Problem {
  const ordered = manifest.componentTypes.filter(({ order }) => order !== null);
  const at = ordered[0]?.at;
  return {
    code: "order-breaks-rows",
    message: `The hand-written order of ${listed(ordered.map(({ type }) => quoted(type)))} has no acceptable way from "${from}"; without it there is one.`,
    ...(at !== undefined && { at }),
    hint: `Leave "update_strategy.order" out: the tables give the order. "explain" shows the row that it breaks.`,
  };
}

const words: Readonly<Record<Reach, string>> = {
  same: "-",
  yes: "yes",
  allowed: "allowed",
  no: "no",
  undecided: "undecided",
};

/** No terminal is wide enough for more. */
const maxShown = 12;

/** From each System version, a line, to each other one, a column. */
export function reachLines({ names, reach }: Reachability, style: Style): readonly string[] {
  if (names.length > maxShown) {
    return [`  ${names.length} System versions; "--json" shows which leads to which.`];
  }
  const rows = [
    ["from", ...names.map((name) => `to ${name}`), ""],
    ...names.map((name, from) => [name, ...(reach[from] ?? []).map((one) => words[one]), ""]),
  ];
  return aligned(rows, style.widthOf).map(
    (cells) => `  ${style.faint(cells.join("  ").trimEnd())}`,
  );
}

export function reachJson({ names, reach }: Reachability): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    names.map((from, row) => [
      from,
      Object.fromEntries(names.map((to, column) => [to, reach[row]?.[column] ?? "undecided"])),
    ]),
  );
}
