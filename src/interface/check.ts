import { callIdVariable, runIdVariable } from "./call.ts";
import { downloadClauses } from "./check-downloads.ts";
import { queryClauses } from "./check-queries.ts";
import { type CheckSpec, startTrial, type Trial } from "./check-trial.ts";
import { type Clause, fail, pass, skip, type Verdict, warn } from "./check-verdict.ts";
import { onAbort } from "./on-abort.ts";
import type { StreamsPlatform } from "./streams.ts";

export type { CheckSpec } from "./check-trial.ts";

/** What a clause has found. */
export interface Finding extends Verdict {
  /** Its id, which never changes; see docs/interface-check.md. */
  readonly clause: string;
  /** What the protocol asks for, in a sentence. */
  readonly title: string;
  /** The last lines that it wrote to its logs meanwhile. */
  readonly log: readonly string[];
}

/** Of logs and left-over processes, once all has been tried. */
const lastClauses: readonly Clause[] = [
  {
    id: "logs",
    title: "Its logs have no endless lines and no end of lines.",
    check: ({ cutLines }) =>
      Promise.resolve(
        cutLines.size === 0
          ? pass("they do not")
          : warn(`They were cut: ${[...cutLines].join(", ")}.`),
      ),
  },
  { id: "nobody-left", title: "It leaves no process behind.", check: checkNobodyLeft },
];

const clauses: readonly Clause[] = [...queryClauses, ...downloadClauses, ...lastClauses];

/**
 * Tries an Interface against every clause of the protocol that can be tried without changing its Component, in scratch
 * work dirs that are gone afterwards. Throws FileError where there is no room for them.
 */
export async function* checkInterface(
  platform: StreamsPlatform,
  spec: CheckSpec,
): AsyncGenerator<Finding> {
  const trial = await startTrial(platform, spec);
  const forgetSignal = onAbort(spec.signal, () => void endSoon(trial));
  try {
    for (const { id, title, check } of clauses) {
      const verdict = await tried(trial, id, check);
      yield { clause: id, title, ...verdict, log: trial.takeLog() };
    }
  } finally {
    forgetSignal();
    await endAll(trial, spec.signal.aborted ? 0 : spec.graceMs);
  }
}

/** Whoever is told to end has ten seconds, and a verdict to give: a longer grace is cut short then. */
const longestGraceAtEndMs = 5000;

async function endSoon(trial: Trial): Promise<void> {
  const { platform, spec } = trial;
  if (spec.graceMs <= longestGraceAtEndMs) return;
  await platform.clock.sleep(longestGraceAtEndMs);
  await endAll(trial, 0);
}

/** What is found while we are told to end is found of an Interface that we have ended ourselves. */
async function tried(trial: Trial, id: string, check: Clause["check"]): Promise<Verdict> {
  const { signal } = trial.spec;
  const ended = skip("this program was told to end");
  if (signal.aborted) return ended;
  if (id !== "executable" && !trial.known.isExecutable)
    return skip("there is nothing to be called");
  const verdict = await check(trial);
  return signal.aborted ? ended : verdict;
}

async function checkNobodyLeft(trial: Trial): Promise<Verdict> {
  const left = await endAll(trial, trial.spec.graceMs);
  if (left.length === 0) return pass("it does not");
  return fail(
    `${left.length} of its processes still ran when it had ended; they were ended: ${left.join(", ")}. What shall live on is started by a service manager, or with both ${runIdVariable} and ${callIdVariable} unset.`,
  );
}

async function endAll({ platform, runId }: Trial, graceMs: number): Promise<readonly string[]> {
  const left = platform.processes.findByEnvironment(runIdVariable, runId);
  const told = left.map(({ pid }) => `${pid} (${platform.processes.commandLine(pid)})`);
  await Promise.all(left.map((who) => platform.processes.end(who, graceMs)));
  return told;
}
