import type { Problem } from "../../src/core/problem.ts";
import type { Result } from "../../src/core/result.ts";
import { artifactByName, wantedArtifacts } from "../../src/manifest/available-artifacts.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../src/manifest/match.ts";
import type { MatchInput } from "../../src/manifest/match-input.ts";
import type { TextFile } from "../../src/manifest/source.ts";
import { readStateFile } from "../../src/manifest/state-file.ts";
import type { System } from "../../src/manifest/system.ts";

/** A file as the readers take it. */
export function textFile(name: string, text: string): TextFile {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** What was read; throws, with the problems told, where the input was not good. */
export function expectOk<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(problemLines(result.problems).join("\n"));
}

/** The problems of input that must not be good. */
export function problemsOf(result: Result<unknown>): readonly Problem[] {
  if (result.ok) throw new Error("the input was taken as good");
  return result.problems;
}

/** `m.yaml:3:5 unknown-field There is no field "kin" here. Did you mean "kind"?` */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ code, message, at, hint }) => {
    const place = at === undefined ? "-" : [at.file, at.line, at.column].filter(Boolean).join(":");
    return `${place} ${code} ${message} ${hint}`;
  });
}

/** What `plan MANIFEST --state FILE` matches: everything is known by its name. */
export function matchInput(
  manifest: Manifest,
  state: string,
  changes: Partial<MatchInput> = {},
): MatchInput {
  const { components } = expectOk(readStateFile(textFile("state.yaml", state)));
  return {
    manifest,
    deviceConstraints: null,
    systemType: null,
    absent: [],
    start: "real",
    components: components.map(({ id, componentType, current, facts, at }) => ({
      id,
      type: componentType,
      interface: componentType,
      current,
      supportsRollback: true,
      rebootsHost: false,
      facts,
      at,
    })),
    artifacts: wantedArtifacts(manifest).map(artifactByName),
    ...changes,
  };
}

/** The System that a Manifest and a state file make. */
export function systemOf(
  manifest: TextFile,
  state: string,
  changes: Partial<MatchInput> = {},
): System {
  const read = expectOk(readManifest(manifest)).manifest;
  return expectOk(matchSystem(matchInput(read, state, changes))).system;
}
