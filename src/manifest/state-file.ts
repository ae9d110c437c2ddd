import * as z from "zod";
import { ComponentId, ComponentType, Version } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Facts } from "./fact-cells.ts";
import { notStateFile } from "./other-kind.ts";
import { readShaped } from "./shaped-file.ts";
import { placeAt, type TextFile } from "./source.ts";
import { factsShape, fields, label, listOf } from "./words.ts";
import { inOrder } from "./yaml-problems.ts";
import { versionNamed } from "./version.ts";
import { nodeAt, type YamlDocument } from "./yaml-node.ts";

/** What `--state FILE` says: where the System is, so that a Manifest can be planned without a device. */
export interface StateFile {
  readonly file: string;
  readonly components: readonly StateEntry[];
}

export interface StateEntry {
  readonly componentType: ComponentType;
  readonly id: ComponentId;
  /** The name of its Interface: that of its type unless it is said. */
  readonly interface: string;
  /** Its version by name, `?` where unknown; or what it provides. */
  readonly current:
    | { readonly kind: "version"; readonly version: Version }
    | { readonly kind: "provides"; readonly provides: ReadonlyMap<string, string> };
  /** What is said of it besides, and no update changes. */
  readonly facts: Facts;
  readonly at: Place;
}

const component = fields({
  component_type: ComponentType,
  id: ComponentId,
  interface: label.exactOptional(),
  version: Version.exactOptional(),
  provides: z
    .record(label, z.string({ error: "a text" }), { error: "a map of keys and values" })
    .exactOptional(),
  facts: factsShape.exactOptional(),
});

export const stateShape = fields({
  components: listOf(component, "Components").min(1, { error: "at least one Component" }),
});

export function readStateFile(file: TextFile): Result<StateFile> {
  const read = readShaped(file, stateShape, notStateFile);
  if (!read.ok) return read;
  const { document, shape } = read.value;
  const entries = readStateEntries(document, shape.components);
  return entries.ok ? ok({ file: document.source.file, components: entries.value }) : entries;
}

/** What the list `components` of a document says. */
export function readStateEntries(
  document: YamlDocument,
  entries: z.output<typeof stateShape>["components"],
): Result<readonly StateEntry[]> {
  const components: StateEntry[] = [];
  const problems: Problem[] = [];
  const places = new Map<ComponentId, Place>();
  for (const [index, entry] of entries.entries()) {
    const at = placeOf(document, index);
    const first = places.get(entry.id);
    if (first !== undefined) problems.push(sameId(entry.id, at, first));
    places.set(entry.id, at);
    const current = currentOf(entry);
    if (current === null) problems.push(notOne(entry, at));
    else {
      const { component_type: componentType, id, interface: name = componentType } = entry;
      const facts = new Map(Object.entries(entry.facts ?? {}));
      components.push({ componentType, id, interface: name, current, facts, at });
    }
  }
  return problems.length > 0 ? fail(...inOrder(problems)) : ok(components);
}

function currentOf({
  version,
  provides,
}: z.output<typeof component>): StateEntry["current"] | null {
  if (version !== undefined && provides === undefined)
    return { kind: "version", version: versionNamed(version) };
  if (version === undefined && provides !== undefined)
    return { kind: "provides", provides: new Map(Object.entries(provides)) };
  return null;
}

function placeOf({ source, root }: YamlDocument, index: number): Place {
  return placeAt(source, nodeAt(root, ["components", index])?.start ?? 0);
}

function notOne({ id, version }: z.output<typeof component>, at: Place): Problem {
  return {
    code: version === undefined ? "missing-field" : "wrong-value",
    message:
      version === undefined
        ? `The Component "${id}" has neither a version nor Provides.`
        : `The Component "${id}" has both a version and Provides.`,
    at,
    expected: `"version" or "provides"`,
    hint: `Give one of them; write version: "?" where nothing is known.`,
  };
}

function sameId(id: ComponentId, at: Place, first: Place): Problem {
  return {
    code: "wrong-value",
    message: `Two Components have the id "${id}".`,
    at,
    expected: "an id of its own for every Component",
    got: id,
    hint: `Give one of them another id; the first is in line ${first.line ?? 0}.`,
  };
}
