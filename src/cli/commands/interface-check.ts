import { basename, resolve } from "node:path";
import { readArtifact } from "../../artifact/artifact.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { ComponentType } from "../../core/ids.ts";
import { ok, type Result } from "../../core/result.ts";
import { withInput } from "../../install/bundle-file.ts";
import { checkInterface, type CheckSpec, type Finding } from "../../interface/check.ts";
import {
  checkVerdict,
  type CheckVerdict,
  findingLines,
  findingsJson,
  findingsSummary,
} from "../../report/interface-check.ts";
import { jsonText } from "../../report/json-text.ts";
import { failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface InterfaceCheckOptions {
  readonly type?: string;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly grace: number;
  readonly artifact?: string;
}

/** Tries an Interface against the protocol, clause by clause; it is called in scratch work dirs only. */
export async function interfaceCheck(
  context: Context,
  executable: string,
  args: readonly string[],
  options: InterfaceCheckOptions,
): Promise<ExitCode> {
  const { environment, output, signal } = context;
  const name = basename(executable);
  const type = ComponentType.safeParse(options.type ?? name);
  if (!type.success) return failed(output, [badType(options.type ?? name)]);
  const spec: CheckSpec = {
    executable: resolve(environment.workingDirectory, executable),
    args,
    componentType: type.data,
    interfaceName: name,
    environment: environment.inherited,
    timeoutMs: options.timeout * 1000,
    graceMs: options.grace * 1000,
    signal,
    artifact: null,
  };
  const checked = await withArtifact(context, options.artifact ?? null, (artifact) =>
    tell(context, { ...spec, artifact }),
  );
  if (!checked.ok) return failed(output, checked.problems);
  const findings = checked.value;
  const verdict = checkVerdict(findings, signal.aborted);
  const exit = exits[verdict];
  const last = output.json
    ? jsonText(findingsJson(executable, findings, verdict, exit))
    : findingsSummary(findings, verdict, output.resultStyle);
  writeLines(output.results, [last]);
  return exit;
}

/** What was not tried is not vouched for. */
const exits: Readonly<Record<CheckVerdict, ExitCode>> = {
  true: exitCode.done,
  untried: exitCode.notReady,
  broken: exitCode.notReady,
  interrupted: exitCode.unexpected,
};

async function tell(
  { platform, output }: Context,
  spec: CheckSpec,
): Promise<Result<readonly Finding[]>> {
  const findings: Finding[] = [];
  for await (const finding of checkInterface(platform, spec)) {
    findings.push(finding);
    // Where there is nothing to be called, that is said once; the summary counts what was not tried.
    const isAtEnd = finding.status === "skip" && findings[0]?.status === "fail";
    if (!output.json && !(isAtEnd && isNothingTried(findings)))
      writeLines(output.results, findingLines(finding, output.resultStyle));
  }
  return ok(findings);
}

/** It is no executable at all. */
function isNothingTried([first, ...more]: readonly Finding[]): boolean {
  return first?.clause === "executable" && more.every(({ status }) => status === "skip");
}

/** Opens the Artifact for the time of use; null: none is given. */
async function withArtifact<T>(
  context: Context,
  file: string | null,
  use: (artifact: CheckSpec["artifact"]) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (file === null) return await use(null);
  const { decompressors } = context.platform;
  return await withInput(context, file, async (source) => {
    const artifact = await readArtifact(source, [], decompressors);
    return artifact.ok ? await use({ source, artifact: artifact.value, decompressors }) : artifact;
  });
}

function badType(type: string) {
  return {
    code: "invalid-argument",
    message: `"${type}" cannot be a Component type.`,
    hint: "Give one with --type: 1 to 256 characters without control characters or blanks at its ends.",
  } as const;
}
