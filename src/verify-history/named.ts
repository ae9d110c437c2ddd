import type { Certificate } from "../certificate/shape.ts";
import { entry } from "../verify-plan/untrue.ts";
import type { Begun, Groups } from "./told.ts";

/** Each Component with its type, what it has and what it is to have. */
export function journeysIn(
  types: readonly {
    readonly name: string;
    readonly versions: readonly string[];
    readonly wanted: number;
  }[],
  components: Begun["system"]["components"],
): readonly string[] {
  return components.map(({ id, type: index, start }) => {
    const { name, versions, wanted } = entry(types, index, "system.components");
    return `${name} "${id}" from ${versions[start] ?? "?"} to ${versions[wanted] ?? "?"}`;
  });
}

export function versionIn({ system }: Certificate, component: number, version: number): string {
  const { type } = entry(system.components, component, "system.components");
  return entry(entry(system.types, type, "system.types").versions, version, "system.types");
}

export function namedIn(
  certificate: Certificate,
  groups: readonly (readonly {
    readonly component: number;
    readonly from: number;
    readonly to: number;
    readonly means?: "install" | "rollback";
  }[])[],
): Groups {
  return groups.map((steps) =>
    steps.map(({ component, from, to, means = "install" }) => ({
      component: entry(certificate.system.components, component, "plan").id,
      from: versionIn(certificate, component, from),
      to: versionIn(certificate, component, to),
      means,
    })),
  );
}

/** The Components of a group move at the same time: their order says nothing. */
export function textOf(groups: Groups): string {
  const told = groups.map((steps) =>
    steps
      .map(({ component, from, to, means }) => {
        const undone = means === "rollback" ? " undone" : "";
        return `${component} ${from} -> ${to}${undone}`;
      })
      .toSorted()
      .join(", "),
  );
  return told.join(" | ");
}
