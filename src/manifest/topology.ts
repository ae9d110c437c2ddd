import * as z from "zod";
import { type ComponentId, ComponentType } from "../core/ids.ts";
import { once } from "../core/once.ts";
import { type GateMoment, gateMoments } from "../core/protocol.ts";
import type { Place, Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Facts } from "./fact-cells.ts";
import { readShaped } from "./shaped-file.ts";
import { placeAt, type TextFile } from "./source.ts";
import {
  duration,
  factsShape,
  fields,
  fileName,
  label,
  listOf,
  plainText,
  wholeNumber,
  yesOrNo,
} from "./words.ts";
import { entryOf, nodeAt, valueOf, type YamlDocument, type YamlNode } from "./yaml-node.ts";

/** The device's own description of its System. */
export interface Topology {
  /** The file that holds the Components. */
  readonly file: string;
  /** Null where the Components come from a Manifest of the first form. */
  readonly systemType: string | null;
  readonly components: readonly TopologyEntry[];
  /** In the order in which they are asked. */
  readonly gates: readonly TopologyGate[];
}

/** Who is asked before a deployment goes on; docs/gates.md. */
export interface TopologyGate {
  /** Of the executable. */
  readonly name: string;
  readonly moments: readonly GateMoment[];
  readonly timeoutSeconds: number;
  /** For so long it may say not now; null: not said. */
  readonly deferAtMostMs: number | null;
  readonly at: Place;
}

export interface TopologyEntry {
  readonly componentType: ComponentType;
  /** Null: its Interface tells it, as today's form wants it. */
  readonly id: ComponentId | null;
  /** The name of the executable. */
  readonly interface: string;
  readonly args: readonly string[];
  /** Null: what the configuration says. */
  readonly timeoutSeconds: number | null;
  readonly onInterrupt: "rollback" | "retry" | "observe";
  /** Null: not said. */
  readonly supportsRollback: boolean | null;
  /** False: it is left out where it does not answer. */
  readonly isRequired: boolean;
  /** An install of it reboots the host. */
  readonly rebootsHost: boolean;
  readonly facts: Facts;
  readonly at: Place;
  /** Where its Interface is named: by the type, where nothing else is said. */
  readonly interfaceAt: Place;
}

/** Longer than any update; more milliseconds than a timer can hold would fire at once. */
export const maxTimeoutSeconds = 2_000_000;

/** A question takes no longer; an Interface may flash a board meanwhile. */
const usualGateSeconds = 60;

const gate = once(() =>
  fields({
    name: fileName,
    at: listOf(z.enum(gateMoments, { error: `one of ${gateMoments.join(", ")}` }), "moments").min(
      1,
      {
        error: `at least one of ${gateMoments.join(", ")}`,
      },
    ),
    timeout_seconds: wholeNumber(1, maxTimeoutSeconds).exactOptional(),
    defer_at_most: duration.exactOptional(),
  }),
);

const component = once(() =>
  fields({
    component_type: ComponentType,
    interface: fileName.exactOptional(),
    interface_args: listOf(plainText, "arguments").exactOptional(),
    timeout_seconds: wholeNumber(1, maxTimeoutSeconds).exactOptional(),
    on_interrupt: z
      .enum(["rollback", "retry", "observe"], { error: `"rollback", "retry" or "observe"` })
      .exactOptional(),
    supports_rollback: yesOrNo.exactOptional(),
    required: yesOrNo.exactOptional(),
    reboots_host: yesOrNo.exactOptional(),
    facts: factsShape.exactOptional(),
  }),
);

const components = once(() =>
  listOf(component(), "Components").min(1, { error: "at least one Component" }),
);

export const topologyShape = once(() =>
  fields({
    api_version: z.literal("mender/v1", { error: `"mender/v1"` }),
    kind: z.literal("topology", { error: `"topology"` }),
    system_type: label,
    components: components().exactOptional(),
    gates: listOf(gate(), "gates").exactOptional(),
  }),
);

/** The Components in a file of their own. */
export const topologyComponentsShape = once(() => fields({ components: components() }));

/** Reads the Topology; its Components stand either in it or in `componentsFile`, and in one of them only. */
export function readTopology(file: TextFile, componentsFile: TextFile | null): Result<Topology> {
  const head = readShaped(file, topologyShape());
  const apart =
    componentsFile === null ? null : readShaped(componentsFile, topologyComponentsShape());
  const problems = [head, apart].flatMap((read) => (read === null || read.ok ? [] : read.problems));
  if (!head.ok || apart?.ok === false) return fail(...problems);
  const { document, shape } = head.value;
  if (shape.components !== undefined && apart !== null)
    return fail(definedTwice(document, apart.value.document.source.file));
  const chosen = apart === null ? { document, list: shape.components } : componentsOf(apart.value);
  if (chosen.list === undefined) return fail(definedNowhere(document));
  const { source, root } = chosen.document;
  const entries = chosen.list.map((entry, index) => {
    const node = nodeAt(root, ["components", index]);
    const named = valueOf(node, "interface") ?? valueOf(node, "component_type");
    const placeOf = (one: YamlNode | undefined) => placeAt(source, one?.start ?? 0);
    return topologyEntry(entry, placeOf(node), placeOf(named));
  });
  const unsafe = entries.flatMap((entry) => interfaceProblems(entry));
  const gates = (shape.gates ?? []).map((one, index) => ({
    ...topologyGate(one),
    at: placeAt(document.source, nodeAt(document.root, ["gates", index, "name"])?.start ?? 0),
  }));
  const momentAt = (index: number, place: number): Place => {
    const node = nodeAt(document.root, ["gates", index, "at", place]);
    return placeAt(document.source, node?.start ?? 0);
  };
  const wrong = [...unsafe, ...gateProblems(gates, momentAt)];
  if (wrong.length > 0) return fail(...wrong);
  return ok({ file: source.file, systemType: shape.system_type, components: entries, gates });
}

type ComponentShape = z.output<ReturnType<typeof component>>;

function componentsOf({
  document,
  shape,
}: {
  readonly document: YamlDocument;
  readonly shape: z.output<ReturnType<typeof topologyComponentsShape>>;
}) {
  return { document, list: shape.components };
}

function topologyEntry(shape: ComponentShape, at: Place, interfaceAt: Place): TopologyEntry {
  return {
    componentType: shape.component_type,
    id: null,
    interface: shape.interface ?? shape.component_type,
    args: shape.interface_args ?? [],
    timeoutSeconds: shape.timeout_seconds ?? null,
    onInterrupt: shape.on_interrupt ?? "rollback",
    supportsRollback: shape.supports_rollback ?? null,
    isRequired: shape.required ?? true,
    rebootsHost: shape.reboots_host ?? false,
    facts: new Map(Object.entries(shape.facts ?? {})),
    at,
    interfaceAt,
  };
}

function topologyGate(shape: z.output<ReturnType<typeof gate>>): Omit<TopologyGate, "at"> {
  return {
    name: shape.name,
    moments: shape.at,
    timeoutSeconds: shape.timeout_seconds ?? usualGateSeconds,
    deferAtMostMs: shape.defer_at_most ?? null,
  };
}

/** A gate is named by its executable, in the journal as well, and is asked once at each of its moments. */
function gateProblems(
  gates: readonly TopologyGate[],
  momentAt: (gate: number, place: number) => Place,
): readonly Problem[] {
  return gates.flatMap(({ name, moments, at }, index) => {
    const first = gates.findIndex((other) => other.name === name);
    const twice = moments.findIndex((moment, place) => moments.indexOf(moment) !== place);
    const moment = moments[twice];
    return [
      ...(first === index ? [] : [gateTwice(name, gates[first]?.at.line ?? 0, at)]),
      ...(moment === undefined ? [] : [momentTwice(name, moment, momentAt(index, twice))]),
    ];
  });
}

function gateTwice(name: string, line: number, at: Place): Problem {
  return {
    code: "wrong-value",
    message: `The gate "${name}" is there twice.`,
    at,
    expected: "each gate once, with all its moments",
    got: `"${name}", as in line ${line}`,
    hint: `Remove one of them, and put the moments of both into "at".`,
  };
}

function momentTwice(name: string, moment: GateMoment, at: Place): Problem {
  return {
    code: "wrong-value",
    message: `The gate "${name}" has the moment "${moment}" twice.`,
    at,
    expected: "each moment once",
    got: moment,
    hint: "Remove one of them.",
  };
}

/** Without an `interface` the type names it, and a type may hold more than a file name. */
function interfaceProblems({
  componentType,
  interface: name,
  at,
}: TopologyEntry): readonly Problem[] {
  if (componentType.includes("=")) return [ambiguousType(componentType, at)];
  if (fileName.safeParse(name).success) return [];
  return [
    {
      code: "wrong-value",
      message: `The Component type "${name}" cannot be the name of an Interface.`,
      at,
      expected: `a file name without "/", of at most 255 characters`,
      got: name,
      hint: `Add "interface" with the name of the executable.`,
    },
  ];
}

/** show-provides prints `TYPE.ID.KEY=VALUE`, and everybody reads that up to the first `=`. */
function ambiguousType(type: ComponentType, at: Place): Problem {
  return {
    code: "wrong-value",
    message: `The Component type "${type}" holds an "=".`,
    at,
    expected: `a type without "="`,
    got: type,
    hint: "Name the type otherwise, here, in the Manifest, and in its Artifacts.",
  };
}

function definedTwice({ source, root }: YamlDocument, componentsFile: string): Problem {
  return {
    code: "topology-components",
    message: `The Components are defined twice: here and in "${componentsFile}".`,
    at: placeAt(source, (entryOf(root, "components")?.key ?? root).start),
    expected: "the Components in one file only",
    hint: `Remove "components" here, or do not name the other file.`,
  };
}

function definedNowhere({ source, root }: YamlDocument): Problem {
  return {
    code: "topology-components",
    message: "The Topology has no Components.",
    at: placeAt(source, root.start),
    expected: `"components" here, or a file of their own`,
    hint: `Add "components", or name the file that holds them with "--topology-components".`,
  };
}
