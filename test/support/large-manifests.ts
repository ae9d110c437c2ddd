import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A Manifest and a state file of any size. Each type goes from version 1 to version 2. */
export interface LargeManifest {
  readonly types: readonly string[];
  /** Of the end table in YAML, rows by System version; null: a table in Markdown is among `lines`. */
  readonly ends: { readonly columns: readonly string[]; readonly rows: readonly EndRow[] } | null;
  /** What else stands under `constraints:`, line by line. */
  readonly lines: readonly string[];
}

type EndRow = readonly [string, readonly string[]];

/** The names of the files. `changed`: what is to be wrong in the Manifest. */
export function writeLarge(
  directory: string,
  { types, ends, lines }: LargeManifest,
  changed: (text: string) => string = (text) => text,
): readonly [string, string] {
  const table =
    ends === null
      ? []
      : [
          "  end_states:",
          `    columns: [${ends.columns.join(", ")}]`,
          "    rows:",
          ...ends.rows.map(([name, cells]) => `      ${name}: [${cells.join(", ")}]`),
        ];
  const manifest = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: large",
    "system_types_compatible: [large]",
    "component_types:",
    ...types.map(
      (type) => `  ${type}: { artifact_name: ${type}-2, artifact_path: ${type}.mender }`,
    ),
    "constraints:",
    ...table,
    ...lines,
  ];
  const state = types.map(
    (type) => `  - { component_type: ${type}, id: ${type}, version: ${type}-1 }`,
  );
  writeFileSync(join(directory, "large.yaml"), changed(`${manifest.join("\n")}\n`));
  writeFileSync(join(directory, "state.yaml"), `components:\n${state.join("\n")}\n`);
  return ["large.yaml", "state.yaml"];
}

export function typeNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `t${String(at)}`);
}

/** One after the other: the first must have moved before the second does. */
export const before = (first: string, second: string): string =>
  `    - { name: ${first}-${second}, columns: [${first}, ${second}], default: allow, rows: [[${first}-1, ${second}-2, NO]] }`;
