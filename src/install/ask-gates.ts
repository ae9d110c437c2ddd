import { fail, ok, type Result } from "../core/result.ts";
import { oddRetryText } from "../executor/gate-asker.ts";
import { askGate, type GateReply } from "../interface/gate.ts";
import { withTemporaryWorkDir } from "../interface/work-dir.ts";
import { printable } from "../report/printable.ts";
import { topologyOf } from "./device-files.ts";
import { unfitGates } from "./gates.ts";
import { gatePath, graceMs, type Machine } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";

/** What one of them has answered. */
export interface Asked {
  readonly gate: string;
  readonly reply: GateReply;
}

/**
 * Asks the gates of `start` before there is a deployment, for whoever wants to know whether one may begin. Up to the
 * first one that does not let it pass; what a gate logs is shown. Changes nothing.
 */
export async function askStartGates(machine: Machine): Promise<Result<readonly Asked[]>> {
  const settings = readGuardedSettings(machine);
  if (!settings.ok) return settings;
  const topology = topologyOf(machine, settings.value);
  if (!topology.ok) return topology;
  const gates = topology.value.gates.filter(({ moments }) => moments.includes("start"));
  const unfit = unfitGates(machine, settings.value, gates);
  if (unfit.length > 0) return fail(...unfit);
  const { platform, environment, signal, tell } = machine;
  const asked: Asked[] = [];
  for (const { name, timeoutSeconds } of gates) {
    const reply = await withTemporaryWorkDir(platform.files, (workDir) =>
      askGate(platform, {
        executable: gatePath(machine, name),
        moment: "start",
        workDir,
        about: nothingPlanned,
        timeoutMs: timeoutSeconds * 1000,
        graceMs,
        environment: environment.inherited,
        runId: platform.clock.randomId(),
        signal,
        onStarted: () => {},
        onOddRetry: (line) => tell([printable(oddRetryText(name, line))]),
        onLine: (_, line) => tell([`${name}  | ${printable(line)}`]),
      }),
    );
    if (signal.aborted) return fail(toldToEnd);
    asked.push({ gate: name, reply });
    if (reply.kind !== "go") break;
  }
  return ok(asked);
}

/** The keys that a gate is told in a deployment; nothing is known of one yet. */
const nothingPlanned = {
  deployment: null,
  manifest: null,
  moment: "start",
  stage: null,
  stages: null,
  system_version: null,
  group: null,
  components: [],
} as const;

const toldToEnd = {
  code: "interrupted",
  message: "This program was told to end before all gates had answered.",
  hint: "Call the command again.",
} as const;
