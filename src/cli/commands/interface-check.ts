import { basename, resolve } from "node:path";
import { ComponentType } from "../../core/ids.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { checkInterface, type Finding } from "../../interface/check.ts";
import { findingLine, findingsJson, findingsSummary } from "../../report/interface-check.ts";
import type { Context } from "../context.ts";
import type { InterfaceCheckOptions } from "../definitions/tools.ts";
import { graceMs } from "../deployer.ts";
import { failed, writeLines } from "../output.ts";

/** Tries an Interface against the protocol, clause by clause; it is called in scratch work dirs only. */
export async function interfaceCheck(
  context: Context,
  executable: string,
  args: readonly string[],
  options: InterfaceCheckOptions,
): Promise<ExitCode> {
  const { platform, environment, output, signal } = context;
  const name = basename(executable);
  const type = ComponentType.safeParse(options.type ?? name);
  if (!type.success) return failed(output, [badType(options.type ?? name)]);
  const findings: Finding[] = [];
  const clauses = checkInterface(platform, {
    executable: resolve(environment.workingDirectory, executable),
    args,
    componentType: type.data,
    interfaceName: name,
    environment: environment.inherited,
    timeoutMs: options.timeout * 1000,
    graceMs,
    signal,
  });
  for await (const finding of clauses) {
    findings.push(finding);
    if (!output.json) writeLines(output.results, [findingLine(finding, output.resultStyle)]);
  }
  const isTrue = findings.every(({ status }) => status !== "fail");
  const exit = isTrue ? exitCode.done : exitCode.notReady;
  const last = output.json
    ? JSON.stringify(findingsJson(executable, findings, exit))
    : findingsSummary(findings, output.resultStyle);
  writeLines(output.results, [last]);
  return exit;
}

function badType(type: string) {
  return {
    code: "invalid-argument",
    message: `"${type}" cannot be a Component type.`,
    hint: "Give one with --type: 1 to 256 characters without control characters or blanks at its ends.",
  } as const;
}
