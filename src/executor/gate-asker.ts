import type { GateMoment } from "../core/protocol.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { askGate, type GateReply } from "../interface/gate.ts";
import { withTemporaryWorkDir } from "../interface/work-dir.ts";
import { FileError } from "../platform/types.ts";
import { fileProblem } from "./file-problem.ts";
import type { PerformPorts } from "./perform.ts";
import type { AskGate } from "./ports.ts";

/** Asks gates by calling their executables, each in a work dir of its own that is gone afterwards. */
export function gateAsker(
  ports: Pick<PerformPorts, "platform" | "environment" | "graceMs" | "emit"> & {
    /** Absolute path of the executable of a gate. */
    readonly gatePath: (name: string) => string;
  },
): AskGate {
  const { platform, environment, graceMs, emit, gatePath } = ports;
  const told = new Set<string>();
  return async ({ deployment, gate, moment, group, signal, onStarted }) => {
    const { name, timeoutMs } = gate;
    const call = (workDir: string): Promise<GateReply> =>
      askGate(platform, {
        executable: gatePath(name),
        moment,
        workDir,
        about: aboutFor(deployment, moment, group),
        timeoutMs,
        graceMs,
        environment,
        runId: deployment.run.runId,
        signal,
        onStarted,
        onLeftOver: (who) => {
          emit({
            type: "note",
            message: `what the gate ${name} had left running was ended: ${who}`,
          });
        },
        onOddRetry: (line) => {
          if (told.has(name)) return;
          told.add(name);
          emit({ type: "note", message: oddRetryText(name, line) });
        },
        onLine: (stream, line) => emit({ type: "gate-line", gate: name, moment, stream, line }),
      });
    try {
      return await withTemporaryWorkDir(platform.files, call);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return {
        kind: "no",
        failure: { kind: "problem", problem: fileProblem(error) },
        reason: null,
      };
    }
  };
}

/** Told once in a run: it is asked again and again. */
export function oddRetryText(gate: string, line: string): string {
  const shown = line.slice(0, 60);
  return `the gate ${gate} says when to ask it again in a way that is not understood: "${shown}", expected "retry-after=SECONDS"; it is asked every minute`;
}

/** What a gate is told: of its group where it has one; before anything is begun of the whole way, else of the stage. */
function aboutFor(
  { begin, stage }: Deployment,
  moment: GateMoment,
  group: number | null,
): Readonly<Record<string, unknown>> {
  const { stages } = begin.plan;
  const current = moment === "start" ? stages : stages.slice(stage, stage + 1);
  const groups = current.flatMap((one) => one.groups);
  const steps = (group === null ? groups : groups.slice(group, group + 1)).flat();
  const ids = new Set(steps.map(({ component }) => component));
  return {
    deployment: begin.deployment,
    manifest: begin.manifest,
    moment,
    stage,
    stages: stages.length,
    system_version: (moment === "start" ? stages.at(-1) : stages[stage])?.systemVersion ?? null,
    group,
    components: [...ids].map((id) => {
      const own = steps.filter(({ component }) => component === id);
      return {
        component: id,
        component_type: own[0]?.componentType,
        from: own[0]?.from,
        to: own.at(-1)?.to,
      };
    }),
  };
}
