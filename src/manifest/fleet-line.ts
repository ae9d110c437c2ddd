import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { plainJson, readJson } from "./json-document.ts";
import { checkShape } from "./shape.ts";
import type { TextFile } from "./source.ts";
import { readStateEntries, type StateEntry, stateShape } from "./state-file.ts";
import { fields, label } from "./words.ts";
import { inOrder } from "./yaml-problems.ts";

/** A device of a fleet: a line of NDJSON, which is a state file with an id. */
export interface FleetDevice {
  readonly id: string;
  /** Null: the line does not say. */
  readonly systemType: string | null;
  readonly components: readonly StateEntry[];
}

/** The same, as far as it is told without a look at each name. */
export interface FleetState {
  /** This and the next stand in JSON as they are: they hold nothing that has to be escaped. */
  readonly id: string;
  /** The ids of its Components, in their order. */
  readonly components: readonly string[];
  /** All that decides about its plan: equal for two lines whose devices are planned alike. */
  readonly key: string;
}

export const fleetLineShape = fields({
  id: label,
  system_type: label.exactOptional(),
  components: stateShape.shape.components,
});

/** Reads a line with all its problems. `file.bytes` are those of the line. */
export function readFleetLine(file: TextFile, line: number): Result<FleetDevice> {
  const read = readJson(file);
  if (!read.ok) return fail(...inLine(read.problems, line));
  const { document, problems } = read.value;
  const shape = checkShape(fleetLineShape, document.source, document.root, plainJson);
  const entries = shape.ok ? readStateEntries(document, shape.value.components) : shape;
  if (problems.length > 0 || !shape.ok || !entries.ok) {
    const more = entries.ok ? [] : entries.problems;
    return fail(...inLine(inOrder([...problems, ...more]), line));
  }
  const { id, system_type: systemType = null } = shape.value;
  return ok({ id, systemType, components: entries.value });
}

function inLine(problems: readonly Problem[], line: number): readonly Problem[] {
  return problems.map((problem) =>
    problem.at === undefined ? problem : { ...problem, at: { ...problem.at, line } },
  );
}

/** The key of a device of whose line `quickFleetLine` makes none. */
export function keyOfDevice({ systemType, components }: FleetDevice): string {
  return JSON.stringify([
    systemType,
    components.map(({ componentType, id, interface: name, current, facts }) => [
      componentType,
      id,
      name,
      current.kind === "version" ? current.version : [...current.provides],
      [...facts],
    ]),
  ]);
}

/** Between two names of a key, and before what a list of them is about: no text without an escape holds these. */
const next = "\u0001";
const mark = { version: "\u0002", provides: "\u0003", id: "\u0004", systemType: "\u0005" } as const;

/**
 * Reads a line for which it may be known already what becomes of it; null where it has to be read by `readFleetLine`.
 * A key that this makes of a line which the other one refuses is made of no line that it takes.
 */
export function quickFleetLine(
  bytes: Buffer,
  isIdNamed: (componentType: string) => boolean,
): FleetState | null {
  const text = bytes.toString("utf8");
  // With an escape two texts may be alike that are written differently, and hold what stands between names.
  if (text.includes("\\") || text.includes("\ufffd")) return null;
  const line = parsed(text);
  if (line === null) return null;
  const { id, system_type: systemType, components } = line;
  if (typeof id !== "string" || !isPlainName(id) || !Array.isArray(components)) return null;
  if (systemType !== undefined && typeof systemType !== "string") return null;
  if (!hasKeys(line, systemType === undefined ? 2 : 3)) return null;
  const list: readonly unknown[] = components;
  const ids: string[] = [];
  let key = systemType === undefined ? "" : mark.systemType + systemType;
  let texts = systemType === undefined ? 3 : 5;
  for (const component of list) {
    if (!isRecord(component)) return null;
    const { component_type: type, id: own, version, provides } = component;
    if (typeof type !== "string" || typeof own !== "string" || !hasKeys(component, 3)) return null;
    if (!isPlainName(own) || ids.includes(own)) return null;
    ids.push(own);
    key += next + type;
    if (isIdNamed(type)) key += mark.id + own;
    texts += 5;
    if (typeof version === "string") {
      key += mark.version + version;
      texts += 1;
    } else if (isRecord(provides)) {
      for (const name of Object.keys(provides).sort()) {
        const value = provides[name];
        if (typeof value !== "string") return null;
        key += mark.provides + name + mark.provides + value;
        texts += 2;
      }
    } else return null;
  }
  // A field that is given twice shows in nothing else.
  return quotesIn(bytes) === texts * 2 ? { id, components: ids, key } : null;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const line: unknown = JSON.parse(text);
    return isRecord(line) ? line : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasKeys(record: Readonly<Record<string, unknown>>, count: number): boolean {
  return Object.keys(record).length === count;
}

/** Names that every reader takes. */
function isPlainName(name: string): boolean {
  return /^[!-~](?:[ -~]{0,254}[!-~])?$/.test(name);
}

const quote = 0x22;

function quotesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === quote) count += 1;
  return count;
}
