import type { Provides } from "../artifact/matching.ts";
import type { ComponentId, ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { checkExecutable } from "../interface/executable.ts";
import { type Asked, askIdentity, askProvides, type QuerySpec } from "../interface/query.ts";
import { withTemporaryWorkDir } from "../interface/work-dir.ts";
import type { Topology, TopologyEntry } from "../manifest/topology.ts";
import { printable } from "../report/printable.ts";
import { graceMs, interfacePath, type Machine } from "./machine.ts";
import { interfaceProblems } from "./permissions.ts";
import type { Settings } from "./settings.ts";

/** A Component of this machine that has told who it is. */
export interface Present {
  readonly entry: TopologyEntry;
  readonly id: ComponentId;
  /** Absolute path of its Interface, links resolved. */
  readonly executable: string;
}

export interface Surveyed extends Present {
  readonly provides: Provides;
}

/** Who is there, in the order of the Topology. */
export interface Survey<C extends Present> {
  readonly components: readonly C[];
  /** The types of Components that are not required and do not answer. */
  readonly absent: readonly ComponentType[];
}

/** What is to be done once it is known who is there, and before anybody is asked what it runs. */
export type BeforeProvides = (present: Survey<Present>) => Promise<Result<null>>;

/** Asks every Component who it is and what it provides; nothing but temporary work dirs is written. */
export async function survey(
  machine: Machine,
  settings: Settings,
  topology: Topology,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Survey<Surveyed>>> {
  const found = await identify(machine, settings, topology);
  if (!found.ok) return found;
  const prepared = await beforeProvides?.(found.value);
  if (prepared?.ok === false) return prepared;
  const { components, absent } = found.value;
  const surveyed = await askShown(machine, "Provides", components, async (component) => {
    const asked = await ask(machine, settings, component, "Provides", (spec) =>
      askProvides(machine.platform, spec, component.entry.interface),
    );
    return asked.ok ? ok({ ...component, provides: asked.value }) : asked;
  });
  return surveyed.ok ? ok({ components: surveyed.value, absent }) : surveyed;
}

/** Looks at every Interface, then asks all of them for their Components; each id must be there once. */
async function identify(
  machine: Machine,
  settings: Settings,
  topology: Topology,
): Promise<Result<Survey<Present>>> {
  const executables = topology.components.map((entry) => lookAt(machine, settings, entry));
  const unfit = executables.flatMap((looked) => (looked.ok ? [] : looked.problems));
  if (unfit.length > 0) return fail(...unfit);
  const exposed = interfaceProblems(
    machine,
    settings,
    topology.components.map((entry) => interfacePath(machine, entry.interface)),
  );
  if (exposed.length > 0) return fail(...exposed);
  const absent: ComponentType[] = [];
  const identified = await askShown(
    machine,
    "Identity",
    executables.flatMap((looked) => (looked.ok ? [looked.value] : [])),
    async ({ entry, executable }): Promise<Result<Present | null>> => {
      if (entry.id !== null) return ok({ entry, id: entry.id, executable });
      const asked = await ask(machine, settings, { entry, executable }, "Identity", (spec) =>
        askIdentity(machine.platform, spec),
      );
      if (asked.ok) return ok({ entry, id: asked.value, executable });
      if (entry.isRequired || machine.signal.aborted) return asked;
      absent.push(entry.componentType);
      return ok(null);
    },
  );
  if (!identified.ok) return identified;
  const components = identified.value.filter((component) => component !== null);
  const shared = sharedIds(components);
  return shared.length > 0 ? fail(...shared) : ok({ components, absent: [...new Set(absent)] });
}

function lookAt(
  machine: Machine,
  settings: Settings,
  entry: TopologyEntry,
): Result<{ readonly entry: TopologyEntry; readonly executable: string }> {
  const path = interfacePath(machine, entry.interface);
  const looked = checkExecutable(machine.platform.files, path, settings.allowsWritableInterfaces);
  if (looked.ok) return ok({ entry, executable: looked.value });
  return fail(...looked.problems.map((problem) => ({ ...problem, at: entry.interfaceAt })));
}

/** As askEach; whoever watches sees how many have not answered yet. */
async function askShown<C, T>(
  { working }: Machine,
  query: string,
  components: readonly C[],
  one: (component: C) => Promise<Result<T>>,
): Promise<Result<readonly T[]>> {
  const total = { count: components.length, unit: "Components" } as const;
  return await working({ work: "asking", name: query, total }, (count) => {
    let answered = 0;
    return askEach(components, async (component) => {
      const result = await one(component);
      answered += 1;
      count(answered);
      return result;
    });
  });
}

/** All at the same time; the problems of all. */
export async function askEach<C, T>(
  components: readonly C[],
  one: (component: C) => Promise<Result<T>>,
): Promise<Result<readonly T[]>> {
  const results = await Promise.all(components.map(one));
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  const ending = problems.find(({ code }) => code === "interrupted");
  if (ending !== undefined) return fail(ending);
  if (problems.length > 0) return fail(...problems);
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

/** One query outside of a deployment. What the Interface logged is shown where it fails. */
export async function ask<T>(
  machine: Machine,
  settings: Settings,
  { entry, executable }: Pick<Present, "entry" | "executable">,
  query: string,
  asking: (spec: QuerySpec) => Promise<Asked<T>>,
): Promise<Result<T>> {
  const { platform, environment, signal, tell } = machine;
  const lines: string[] = [];
  const asked = await withTemporaryWorkDir(platform.files, (workDir) =>
    asking({
      executable,
      workDir,
      componentType: entry.componentType,
      args: entry.args,
      timeoutMs: timeoutOf(entry, settings),
      graceMs,
      environment: environment.inherited,
      runId: platform.clock.randomId(),
      signal,
      onStarted: () => {},
      onLine: (_, line) => lines.push(`${entry.componentType}  ${query}  | ${printable(line)}`),
    }),
  );
  if (asked.ok) return ok(asked.value);
  if (signal.aborted) {
    return fail({
      code: "interrupted",
      message: "This program was told to end before all Components had answered.",
      hint: "Call the command again.",
    });
  }
  tell(lines);
  return fail(...asked.problems.map((problem) => ({ at: entry.at, ...problem })));
}

/** Of each call of its Interface, in milliseconds; 0: no limit. */
export function timeoutOf({ timeoutSeconds }: TopologyEntry, settings: Settings): number {
  return timeoutSeconds === null ? settings.interfaceTimeoutMs : timeoutSeconds * 1000;
}

function sharedIds(components: readonly Present[]): readonly Problem[] {
  return components.flatMap(({ id, entry }, index) => {
    const first = components.findIndex((other) => other.id === id);
    const other = components[first];
    if (first === index || other === undefined) return [];
    return [
      {
        code: "identity-shared" as const,
        message: `Two Components call themselves "${id}".`,
        at: entry.at,
        expected: "an id of its own for every Component",
        got: `"${id}", which the Component of line ${other.entry.at.line ?? 0} has, too`,
        hint: "Give each its own interface_args, or let their Interfaces tell them apart.",
      },
    ];
  });
}
