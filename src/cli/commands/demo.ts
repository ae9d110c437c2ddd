import { join, resolve } from "node:path";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { ProcessEnd } from "../../platform/types.ts";
import { jsonText } from "../../report/json-text.ts";
import { type Act, acts, bundle } from "../demo/acts.ts";
import { shellWord } from "../../report/words.ts";
import { type DemoSystem, makeDemoSystem } from "../demo/system.ts";
import { failed, onTerminal, type Output, shellGoesOn, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";
import { slowDemo } from "./demo-slow.ts";

export interface DemoOptions {
  readonly dir?: string;
  readonly keep: boolean;
  /** So many seconds longer takes each state that changes a board. */
  readonly slow?: number;
}

/** The seed's System in a scratch directory: an update, a failure that is rolled back, a kill and its resume. */
export async function demo(context: Context, options: DemoOptions): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const directory =
    options.dir === undefined
      ? platform.files.makeTemporaryDirectory("orchestrator-demo-")
      : resolve(environment.workingDirectory, options.dir);
  const system = await makeDemoSystem(context, directory);
  if (!system.ok) {
    if (options.dir === undefined) platform.files.remove(directory);
    return failed(output, system.problems);
  }
  const { slow, keep } = options;
  if (slow !== undefined) return await slowDemo(context, system.value, { seconds: slow, keep });
  try {
    say(output, introduction(directory));
    const calls: { args: readonly string[]; end: string }[] = [];
    for (const act of acts) {
      const end = await play(act, system.value, context);
      calls.push({ args: act.args, end: endText(end) });
      if (!isExpected(end, act.expected)) return failed(output, [surprise(act, end)]);
      if (context.signal.aborted) return exitCode.unexpected;
    }
    if (options.keep) await system.value.resetBoards();
    if (options.keep) sayKept(output, system.value);
    else say(output, removedLines);
    if (output.json) {
      writeLines(output.results, [
        jsonText({ type: "demo", directory, kept: options.keep, calls }),
      ]);
    }
    return exitCode.done;
  } finally {
    if (!options.keep) platform.files.remove(directory);
  }
}

async function play(act: Act, system: DemoSystem, context: Context): Promise<ProcessEnd> {
  const { output } = context;
  const { json, resultStyle } = output;
  await act.prepare?.(system, context);
  say(output, ["", resultStyle.strong(`== ${act.title}`), ...act.text]);
  sayCommand(output, resultStyle.faint(`$ orchestrator ${act.args.join(" ")}`));
  const end = await system.call({
    args: act.args,
    onOutput: (_, text) => {
      if (!json) output.results.write(text);
    },
    ...(act.crashPoint === undefined ? {} : { crashPoint: act.crashPoint }),
  });
  if (act.expected !== exitCode.done) say(output, [resultStyle.faint(`(${endText(end)})`)]);
  return end;
}

/** `mark`: see `say` of the log. */
function say({ json, results, resultStyle }: Output, lines: readonly string[], mark = ""): void {
  if (!json) writeLines(results, onTerminal(lines, results, resultStyle, mark));
}

function sayCommand(output: Output, command: string): void {
  say(output, [command], shellGoesOn);
}

function introduction(directory: string): readonly string[] {
  return [
    "A System of three Components: the gateway G13, which runs Linux, and the two boards R456",
    `and R998, which it updates. All are files below ${directory}.`,
  ];
}

function endText(end: ProcessEnd): string {
  switch (end.kind) {
    case "exited":
      return `exit status ${end.code}`;
    case "signalled":
      return `killed by ${end.signal}`;
    case "timed-out":
      return "timed out";
    case "not-started":
      return end.message;
  }
}

function isExpected(end: ProcessEnd, expected: Act["expected"]): boolean {
  if (expected === "killed") return end.kind === "signalled" && end.signal === "SIGKILL";
  return end.kind === "exited" && end.code === expected;
}

function surprise(act: Act, end: ProcessEnd) {
  const expected = act.expected === "killed" ? "killed by SIGKILL" : `exit status ${act.expected}`;
  return {
    code: "demo-failed",
    message: `The demo went wrong at "orchestrator ${act.args.join(" ")}".`,
    expected,
    got: endText(end),
    hint: "Look at what was printed above; with --keep the System stays for a closer look.",
  } as const;
}

const removedLines: readonly string[] = [
  "",
  "That was all, and it is removed again. To play with the System yourself:",
  "  orchestrator demo --dir ./demo --keep",
  "To begin with a System of your own, and go on with docs/release.md:",
  "  orchestrator init my-system",
];

function sayKept(output: Output, { directory, commandLine }: DemoSystem): void {
  const told = join(directory, "boards", "R998", "fail");
  say(output, [
    "",
    `The System is kept in ${directory}, with all boards back on v.1. To update it:`,
    "",
  ]);
  sayCommand(output, commandLine(`install ${shellWord(join(directory, bundle))}`));
  say(output, [
    "",
    "Then try in place of install: show-provides, history, plan with its manifest-v3.yaml (two stages);",
    "or install once more: there is nothing to do; or let a board fail before that:",
  ]);
  sayCommand(
    output,
    `  mkdir -p ${shellWord(told)}; echo 1 > ${shellWord(join(told, "ArtifactInstall"))}`,
  );
}
