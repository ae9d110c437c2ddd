import * as fc from "fast-check";

/** A System's tables before they are written down in any form. */
export interface WrittenTables {
  readonly types: readonly { readonly name: string; readonly versions: readonly string[] }[];
  readonly endRows: readonly WrittenRow[];
  readonly transitionRows: readonly WrittenRow[];
}

export interface WrittenRow {
  /** One for each type. */
  readonly cells: readonly (readonly string[])[];
  readonly verdict: "YES" | "NO" | "n/a";
  readonly systemVersion: string;
}

const typeNames = ["gateway", "rtos", "brake-ecu", "tcu"] as const;

/** Tables over two to four types with two or three versions each; every target is its type's last version. */
export const writtenTables: fc.Arbitrary<WrittenTables> = fc
  .integer({ min: 2, max: 4 })
  .chain((count) =>
    fc.tuple(
      ...typeNames.slice(0, count).map((name) =>
        fc.integer({ min: 2, max: 3 }).map((versions) => ({
          name,
          versions: Array.from({ length: versions }, (_, index) => `${name}-${index + 1}.0`),
        })),
      ),
    ),
  )
  .chain((types) => {
    const row = fc.record({
      cells: fc.tuple(...types.map(({ versions }) => cellOf(versions))),
      verdict: fc.constantFrom("YES" as const, "NO" as const, "n/a" as const),
      systemVersion: fc.constantFrom("v.1", "2026.1", "two words"),
    });
    return fc.record({
      types: fc.constant(types),
      // The first row names every version, so that all of them are known.
      endRows: fc.array(row, { maxLength: 5 }).map((rows) => [
        {
          cells: types.map(({ versions }) => versions),
          verdict: "YES" as const,
          systemVersion: "all",
        },
        // No two rows have the same name.
        ...rows.map((one, at) => ({ ...one, systemVersion: `${one.systemVersion}-${at}` })),
      ]),
      transitionRows: fc.array(row, { minLength: 1, maxLength: 6 }),
    });
  });

function cellOf(versions: readonly string[]): fc.Arbitrary<readonly string[]> {
  const one = fc.constantFrom(...versions);
  return fc.oneof(
    fc.uniqueArray(one, { minLength: 1, maxLength: 3 }),
    one.map((version) => [`!${version}`]),
    fc
      .constantFrom(["*"], ["any"], ["?"], [">=2"], ["<2.0 | 3.0"], ["*", "?"])
      .map((cell) => cell.map((text) => (text === "<2.0 | 3.0" ? "<2.0" : text))),
  );
}

/** The tables in Markdown, as the seed has them; names with or without `.mender`. */
export function markdownManifest(tables: WrittenTables, suffix = ""): string {
  const line = (cells: readonly string[]) => `    | ${cells.join(" | ")} |`;
  const written = (cell: readonly string[]) =>
    cell
      .map((text) => (/^[a-z]/.test(text) && text !== "any" ? text + suffix : text))
      .join(" \\| ");
  const heads = tables.types.map(({ name }) => name.toUpperCase());
  const separator = (count: number) => line(Array.from({ length: count }, () => "---"));
  return [
    manifestHead(tables),
    "constraints:",
    "  end_states: |",
    line([...heads, "Acceptable", "System version"]),
    separator(heads.length + 2),
    ...tables.endRows.map(({ cells, verdict, systemVersion }) =>
      line([...cells.map(written), verdict, verdict === "YES" ? systemVersion : "n/a"]),
    ),
    "  transition_states: |",
    line([...heads, "Acceptable"]),
    separator(heads.length + 1),
    ...tables.transitionRows.map(({ cells, verdict }) => line([...cells.map(written), verdict])),
    "",
  ].join("\n");
}

/** The same in YAML. The end states are Markdown, for their YAML form has neither verdicts nor a name twice. */
export function yamlManifest(tables: WrittenTables): string {
  const [end = ""] = markdownManifest(tables).split("  transition_states: |");
  const cell = (texts: readonly string[]) =>
    texts.length === 1
      ? JSON.stringify(texts[0])
      : `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
  return [
    end.trimEnd(),
    "  transition_states:",
    "    - name: transition_states",
    `      columns: [${tables.types.map(({ name }) => name).join(", ")}]`,
    "      rows:",
    ...tables.transitionRows.map(
      ({ cells, verdict }) => `        - [${[...cells.map(cell), verdict].join(", ")}]`,
    ),
    "",
  ].join("\n");
}

/** One Component of each type, on its type's first version. */
export function stateOf({ types }: WrittenTables): string {
  return [
    "components:",
    ...types.map(
      ({ name, versions }) =>
        `  - { component_type: ${name}, id: ${name}-id, version: ${versions[0] ?? ""} }`,
    ),
    "",
  ].join("\n");
}

function manifestHead({ types }: WrittenTables): string {
  return [
    "api_version: mender/v1",
    "kind: manifest",
    "name: generated",
    "system_types_compatible: [generated]",
    "component_types:",
    ...types.map(({ name, versions }) => `  ${name}: { artifact_name: ${versions.at(-1) ?? ""} }`),
  ].join("\n");
}
