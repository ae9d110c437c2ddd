import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The puzzle of the rings, as a Manifest and a state file: off, turning, on, and a ring turns only while its neighbour
 * is on and all further are off. The plan for the last ring to be on has twice as many stages with every ring more.
 */
export function writeRings(directory: string, count: number): readonly [string, string, string] {
  const rings = Array.from({ length: count }, (_, ring) => ring);
  const manifest = join(directory, "rings.yaml");
  const state = join(directory, "rings-state.yaml");
  writeFileSync(
    manifest,
    [
      "api_version: mender/v1",
      "kind: manifest",
      "name: rings",
      "system_types_compatible: [rings]",
      "component_types:",
      ...rings.flatMap((ring) => typeOf(ring, ring === count - 1)),
      "constraints:",
      "  end_states:",
      "    columns: [r0]",
      "    rows:",
      "      anywhere: [any]",
      "  transition_states:",
      ...rings.flatMap((ring) => rings.slice(0, ring).flatMap((other) => tableOf(ring, other))),
      "",
    ].join("\n"),
  );
  const components = rings.map(
    (ring) => `  - { component_type: r${ring}, id: R${ring}, version: r${ring}-off }`,
  );
  writeFileSync(state, ["components:", ...components, ""].join("\n"));
  return [manifest, "--state", state];
}

function typeOf(ring: number, isWantedOn: boolean): readonly string[] {
  const [wanted, other] = isWantedOn ? ["on", "off"] : ["off", "on"];
  return [
    `  r${ring}:`,
    `    artifact_name: r${ring}-${wanted}`,
    `    depends: [r${ring}-turning]`,
    "    stepping_stones:",
    `      - { artifact_name: r${ring}-turning, depends: [r${ring}-off, r${ring}-on] }`,
    `      - { artifact_name: r${ring}-${other}, depends: [r${ring}-turning] }`,
  ];
}

function tableOf(ring: number, other: number): readonly string[] {
  const wrong = other === ring - 1 ? ["off", "turning"] : ["turning", "on"];
  const cell = wrong.map((version) => `r${other}-${version}`).join(", ");
  return [
    `    - name: r${ring}-beside-r${other}`,
    `      columns: [r${ring}, r${other}]`,
    "      default: allow",
    "      rows:",
    `        - [r${ring}-turning, [${cell}], NO]`,
  ];
}
