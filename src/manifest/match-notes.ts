import { unknownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { MatchInput } from "./match.ts";
import type { System } from "./system.ts";

/** What is not wrong, but should be known before anything is installed. */
export function matchNotes(input: MatchInput, system: System): readonly Problem[] {
  return [
    ...extraTypes(input),
    ...absentComponents(input),
    ...unnamedVersions(system),
    ...undeclaredRollback(input),
  ];
}

function extraTypes({ manifest, components, absent }: MatchInput): readonly Problem[] {
  return manifest.componentTypes
    .filter(({ type }) => !absent.includes(type) && !components.some((one) => one.type === type))
    .map(({ type, at }) => ({
      code: "component-type-unused",
      message: `The System has no Component of the type "${type}".`,
      at,
      hint: "Nothing is done for it.",
    }));
}

function absentComponents({ absent }: MatchInput): readonly Problem[] {
  return absent.map((type) => ({
    code: "component-absent",
    message: `A Component of the type "${type}" does not answer, and is left out because it is not required.`,
    hint: "Start the update again when it is there, so that it is not left behind.",
  }));
}

/** `*` and `any` name no version. */
function unnamedVersions({
  types,
  components,
  endTables,
  transitionTables,
}: System): readonly Problem[] {
  return components.flatMap(({ id, type, start }) => {
    const versions = types[type]?.versions ?? [];
    const isEverything = (size: number) => size >= versions.length - 1;
    const cells = [...endTables, ...transitionTables].flatMap(({ columns, rows }) =>
      columns.flatMap((column, index) =>
        column.type === type &&
        (column.component === null || components[column.component]?.id === id)
          ? rows.map(({ cells: all }) => all[index] ?? null)
          : [],
      ),
    );
    const isNamed = cells.some(
      (set) =>
        set !== null && set.includes(start) && (!isEverything(set.length) || set.length === 1),
    );
    if (cells.length === 0 || isNamed) return [];
    const version = versions[start] ?? unknownVersion;
    return [
      {
        code: "version-not-named",
        message:
          version === unknownVersion
            ? `The version of "${id}" is unknown, and no cell of the tables says "?".`
            : `"${id}" has the version "${version}", which no cell of the tables names.`,
        got: version,
        hint: "It is left behind as soon as the tables allow; add a row if it should be.",
      },
    ];
  });
}

/** One note for all of them. */
function undeclaredRollback({ manifest, components }: MatchInput): readonly Problem[] {
  const undeclared = components.filter(
    ({ type, supportsRollback }) =>
      supportsRollback === null &&
      manifest.componentTypes.every(
        (wanted) => wanted.type !== type || wanted.supportsRollback === null,
      ),
  );
  if (undeclared.length === 0) return [];
  const ids = undeclared.map(({ id }) => id);
  return [
    {
      code: "rollback-undeclared",
      message: `Nobody says whether ${listed(ids)} can roll back; the plan takes it that they can.`,
      hint: `Add "supports_rollback: yes" or "no" in the Topology or the Manifest.`,
    },
  ];
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(", ");
  return ids.length > 5 ? `${shown} and ${ids.length - 5} more` : shown;
}
