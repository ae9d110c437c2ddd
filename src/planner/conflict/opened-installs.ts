import type { Closing, Objections, OpenInstalls } from "../../manifest/closed-installs.ts";
import type { System } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import type { Hop } from "./repair.ts";

/** A System in which edges and depends close no install, and what they say against each. */
export interface Opened {
  readonly system: System;
  /** False: of some Component it cannot be told, so that its installs are taken as they are. */
  readonly isWhole: boolean;
  readonly objectionsTo: (hop: Hop) => Objections;
  /** Whether edges close it, whatever Artifact brings it. */
  readonly isClosedByEdges: (hop: Hop) => boolean;
}

/** For each Component; null: of that one it cannot be told. */
export type OpenInstallsOf = () => readonly (OpenInstalls | null)[];

/** Null where they close none. Those of a Component of which it cannot be told are taken as they are. */
export function openedSystem(system: System, openInstalls: OpenInstallsOf): Opened | null {
  const each = openInstalls();
  const components = system.components.map((component, index) => {
    const open = each[index] ?? null;
    return open === null ? component : { ...component, hops: open.hops };
  });
  const isAnyClosed = components.some(({ hops }, component) =>
    hops.some(
      (targets, from) =>
        targets.length > (at(system.components, component).hops[from]?.length ?? 0),
    ),
  );
  if (!isAnyClosed) return null;
  return {
    system: { ...system, components },
    isWhole: each.every((open) => open !== null),
    objectionsTo: ({ component, from, to }) => each[component]?.objections(from, to) ?? [],
    isClosedByEdges: ({ component, from, to }) =>
      each[component]?.isClosedByEdges(from, to) ?? false,
  };
}

/** The installs that are open once this alone is left out. */
export function openedWithout({ system, objectionsTo }: Opened, closing: Closing): readonly Hop[] {
  return system.components.flatMap(({ type, hops }, component) =>
    type !== closing.type
      ? []
      : hops.flatMap((targets, from) =>
          targets
            .map((to) => ({ component, from, to }))
            .filter((hop) => {
              const objections = objectionsTo(hop);
              return (
                objections.length > 0 &&
                objections.every((together) => together.some((one) => isSame(one, closing)))
              );
            }),
        ),
  );
}

function isSame(one: Closing, other: Closing): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
