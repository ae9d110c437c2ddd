import type { Place, Problem } from "../core/problem.ts";
import { printableExactly } from "./printable.ts";
import type { ValidatedFile } from "./validation.ts";

export interface SarifAbout {
  readonly version: string;
  readonly strict: boolean;
  readonly exit: number;
  /** The URI of a file as it was named: relative to where a checkout begins, else absolute. */
  readonly uriOf: (file: string) => string;
}

/** SARIF 2.1.0: what shows the problems of a change at the lines they are in. */
export function validationSarif(
  files: readonly ValidatedFile[],
  { version, strict, exit, uriOf }: SarifAbout,
): Readonly<Record<string, unknown>> {
  const found = files.flatMap(({ file, problems, notes }) => [
    ...problems.map((problem) => ({ file, problem, level: "error" })),
    ...notes.map((problem) => ({ file, problem, level: strict ? "error" : "warning" })),
  ]);
  const codes = [...new Set(found.map(({ problem }) => problem.code))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "orchestrator",
            version,
            rules: codes.map((id) => ({
              id,
              help: { text: `docs/problems.md explains it below "${id}".` },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true, exitCode: exit }],
        results: found.map(({ file, problem, level }) => {
          const { location, before } = placed(file, problem.at, uriOf);
          return {
            ruleId: problem.code,
            ruleIndex: codes.indexOf(problem.code),
            level,
            message: { text: messageText(`${before}${said(problem)}`) },
            locations: [{ physicalLocation: location }],
          };
        }),
      },
    ],
  };
}

/** Where a viewer shows it. What lies in a bundle has no line that one could show; it is told before the message. */
function placed(
  file: string,
  at: Place | undefined,
  uriOf: (file: string) => string,
): { readonly location: unknown; readonly before: string } {
  const inBundle = `${file}:`;
  if (at?.file.startsWith(inBundle) === true) {
    const name = [at.file.slice(inBundle.length), at.line, at.column];
    const before = `${name.filter((part) => part !== undefined).join(":")}: `;
    return { location: { artifactLocation: { uri: uriOf(file) } }, before };
  }
  const region =
    at?.line === undefined
      ? {}
      : {
          region: {
            startLine: at.line,
            ...(at.column !== undefined && { startColumn: at.column }),
          },
        };
  const artifactLocation = { uri: uriOf(at?.file ?? file) };
  return { location: { artifactLocation, ...region }, before: "" };
}

function said({ message, expected, got, hint }: Problem): string {
  return [
    message,
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(got === undefined ? [] : [`got: ${got}`]),
    `hint: ${hint}`,
  ]
    .map(printableExactly)
    .join("\n");
}

/** In a message of SARIF brackets make links and braces stand for arguments. */
function messageText(text: string): string {
  return text
    .replaceAll(/\\*[[\]]/g, (part) => `${"\\".repeat(part.length * 2 - 1)}${part.at(-1) ?? ""}`)
    .replaceAll(/[{}]/g, "$&$&");
}
