import { fail, type Result } from "../core/result.ts";
import { askedFacts } from "../manifest/facts.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import type { Elsewhere } from "../sources/elsewhere.ts";
import { findArtifacts } from "./artifacts.ts";
import { readDeviceConstraints, topologyFor } from "./device-files.ts";
import { factsOfSurveyed } from "./facts.ts";
import { unfitGates } from "./gates.ts";
import type { SystemInput } from "./input.ts";
import type { Machine } from "./machine.ts";
import { askNextSources } from "./next-source.ts";
import { matchAndPlan, type Planning, unlessExchanged } from "./planning.ts";
import type { Settings } from "./settings.ts";
import { type BeforeProvides, survey } from "./survey.ts";

/**
 * Plans from where this System is: what an install does, and the commands that only want to know. Reads, asks Identity
 * and Provides, and changes nothing but what `beforeProvides` does.
 */
export async function planThisSystem(
  machine: Machine,
  settings: Settings,
  input: SystemInput,
  elsewhere: Elsewhere,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Planning>> {
  const made = await planHere(machine, settings, input, elsewhere, beforeProvides);
  return await unlessExchanged(input, made);
}

async function planHere(
  machine: Machine,
  settings: Settings,
  input: SystemInput,
  elsewhere: Elsewhere,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Planning>> {
  const read = readManifest(input.manifest);
  if (!read.ok) return read;
  const { manifest, notes } = read.value;
  const constraints = readDeviceConstraints(machine);
  if (!constraints.ok) return constraints;
  const topology = topologyFor(machine, settings, manifest);
  if (!topology.ok) return topology;
  const { gates } = topology.value.topology;
  const unfit = unfitGates(machine, settings, gates);
  if (unfit.length > 0) return fail(...unfit);
  const candidates = await findArtifacts(input.places, manifest, {
    kind: "all must be there",
    elsewhere,
  });
  if (!candidates.ok) return candidates;
  const surveyed = await survey(machine, settings, topology.value.topology, beforeProvides);
  if (!surveyed.ok) return surveyed;
  const asked = askedFacts(manifest, constraints.value?.constraints ?? null);
  const facts = await factsOfSurveyed(machine, settings, surveyed.value.components, asked);
  if (!facts.ok) return facts;
  const components = surveyed.value.components.map(({ entry, id, provides }, index) => ({
    id,
    type: entry.componentType,
    interface: entry.interface,
    current: { kind: "provides" as const, provides },
    supportsRollback: entry.supportsRollback,
    rebootsHost: entry.rebootsHost,
    facts: facts.value[index] ?? entry.facts,
    at: null,
  }));
  const match = {
    manifest,
    deviceConstraints: constraints.value?.constraints ?? null,
    systemType: topology.value.topology.systemType,
    components,
    absent: surveyed.value.absent,
    start: "real" as const,
  };
  const own = constraints.value?.file;
  const widened = await askNextSources(input.places, match, candidates.value, elsewhere);
  const found = widened.candidates;
  const made = await matchAndPlan(machine, {
    match,
    found: { ...found, notes: [...notes, ...found.notes] },
    survey: surveyed.value,
    gates,
    nodeLimit: settings.plannerNodeLimit,
    cache: settings.cache,
    inputs: [
      { kind: "manifest", ...input.manifest },
      ...(own === undefined ? [] : [{ kind: "device-constraints" as const, ...own }]),
      ...topology.value.files.map((file) => ({ kind: "topology" as const, ...file })),
    ],
  });
  return made.ok ? made : fail(...made.problems, ...widened.problems);
}
