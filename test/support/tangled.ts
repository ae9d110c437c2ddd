import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { systemOf } from "./planner-systems.ts";

/** Of each three boards: which versions of the first two may not stand together while the third one has this. */
interface Tangle {
  readonly columns: readonly [string, string, string];
  readonly forbidden: readonly ["old", "new", "old" | "new"];
}

/** Boards whose order is hard to find, behind a hub that goes first and cannot go back. The same for the same seed. */
function tangled(boards: number, seed: number): readonly Tangle[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const tangles: Tangle[] = [];
  for (let one = 0; one < boards; one += 1) {
    for (let other = 0; other < boards; other += 1) {
      if (one === other || random() >= 2.4 / boards) continue;
      const third = Math.floor(random() * boards);
      if (third === one || third === other) continue;
      const version = random() < 0.5 ? "old" : "new";
      const columns = [`t${one}`, `t${other}`, `t${third}`] as const;
      tangles.push({ columns, forbidden: ["old", "new", version] });
    }
  }
  return tangles;
}

export function tangledSystem(boards: number, seed: number): System {
  const names = ["hub", ...Array.from({ length: boards }, (_, at) => `t${at}`)];
  const row = (version: string, name: string) =>
    `${names.map(() => version).join(" ")} YES ${name}`;
  return systemOf({
    types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
    components: names.map((name) => ({
      id: `C-${name}`,
      type: name,
      supportsRollback: name !== "hub",
    })),
    endTables: [{ columns: names, rows: [row("old", "v.1"), row("new", "v.2")] }],
    transitionTables: [
      ...tangled(boards, seed).map(({ columns, forbidden }) => ({
        columns: [...columns],
        allowByDefault: true,
        rows: [`${forbidden.join(" ")} NO`],
      })),
      ...names.slice(1).map((name) => ({
        columns: ["hub", name],
        allowByDefault: true,
        rows: ["old new NO"],
      })),
    ],
  });
}

/** The same as files: a Manifest whose order is written, so that only ways out are searched for; and its options. */
export function writeTangled(
  directory: string,
  boards: number,
  seed: number,
): readonly [string, string, string] {
  const answer = findPlan(tangledSystem(boards, seed), { nodeLimit: 20_000 });
  if (answer.kind !== "plan") throw new Error("there is no order to write");
  const [stage] = answer.plan.stages;
  const ordered = (stage?.groups ?? []).flatMap((steps, group) =>
    steps.map(({ componentType }) => ({ name: componentType, order: group + 1 })),
  );
  const names = ordered.map(({ name }) => name);
  const cells = (version: string) => names.map((name) => `${name}-${version}`).join(", ");
  const tables = [
    ...tangled(boards, seed).map(({ columns, forbidden }) => ({ columns, forbidden })),
    ...names
      .filter((name) => name !== "hub")
      .map((name) => ({ columns: ["hub", name], forbidden: ["old", "new"] })),
  ];
  const manifest = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: tangled",
    "system_types_compatible: [tangled]",
    "component_types:",
    ...ordered.flatMap(({ name, order }) => [
      `  ${name}:`,
      `    artifact_name: ${name}-new`,
      `    update_strategy: { order: ${order} }`,
      ...(name === "hub" ? ["    supports_rollback: no"] : []),
    ]),
    "constraints:",
    "  end_states:",
    `    columns: [${names.join(", ")}]`,
    "    rows:",
    `      v.1: [${cells("old")}]`,
    `      v.2: [${cells("new")}]`,
    "  transition_states:",
    ...tables.flatMap(({ columns, forbidden }) => [
      `    - columns: [${columns.join(", ")}]`,
      "      default: allow",
      `      rows: [[${columns.map((name, at) => `${name}-${forbidden[at] ?? ""}`).join(", ")}, NO]]`,
    ]),
    "",
  ];
  writeFileSync(join(directory, "tangled.yaml"), manifest.join("\n"));
  const state = names.map(
    (name) => `  - { component_type: ${name}, id: C-${name}, version: ${name}-old }`,
  );
  writeFileSync(join(directory, "tangled-state.yaml"), ["components:", ...state, ""].join("\n"));
  return ["tangled.yaml", "--state", "tangled-state.yaml"];
}
