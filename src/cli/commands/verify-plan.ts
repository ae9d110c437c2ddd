import { isPlannedManifest, misplacedRow, sumOfManifest } from "../../certificate/of-manifest.ts";
import { maxCertificateBytes, readSealed } from "../../certificate/sealed.ts";
import type { Certificate } from "../../certificate/shape.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { ok } from "../../core/result.ts";
import { withSystemInput } from "../../install/input.ts";
import { readText } from "../../install/input-files.ts";
import { readVerifyKeys } from "../../install/key-files.ts";
import { nothingDemanded } from "../../install/trust.ts";
import { printableExactly } from "../../report/printable.ts";
import { counted, listed } from "../../report/words.ts";
import { checkCost } from "../../verify-cost/check-cost.ts";
import { checkGates } from "../../verify-gates/check-gates.ts";
import { checkCertificate } from "../../verify-plan/check.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { heldAgainst, historyText } from "./held-against.ts";

export interface VerifyPlanOptions {
  readonly manifest?: string;
  /** The id of a past deployment, or its beginning. */
  readonly history?: string;
  readonly key: readonly string[];
}

/** Checks the certificate of a plan. Changes nothing. */
export async function verifyPlan(
  context: Context,
  file: string,
  { manifest: manifestFile, history: id, key }: VerifyPlanOptions,
): Promise<ExitCode> {
  const { output, platform, environment } = context;
  const keys = readVerifyKeys(context, key);
  if (!keys.ok) return failed(output, keys.problems);
  const directory = environment.workingDirectory;
  const read = readText(platform.files, directory, file, maxCertificateBytes);
  if (!read.ok) return failed(output, read.problems);
  const sealed = readSealed(file, read.value.bytes, keys.value);
  if (!sealed.ok) return failed(output, sealed.problems);
  const certificate = sealed.value;
  if (manifestFile !== undefined) {
    const manifest = await withSystemInput(context, nothingDemanded, manifestFile, (input) =>
      Promise.resolve(ok(input.manifest)),
    );
    if (!manifest.ok) return failed(output, manifest.problems);
    const { bytes } = manifest.value;
    if (!isPlannedManifest(certificate, bytes))
      return failed(output, [ofAnother(file, manifestFile, certificate, bytes)]);
    const row = misplacedRow(certificate, new TextDecoder().decode(bytes));
    const message = "its line of the Manifest is another one";
    if (row !== null) return failed(output, [untrue(file, { where: `places.${row}`, message })]);
  }
  const fault = await context.compute(
    { work: "checking", name: file, most: null, unit: "statements" },
    (heard) =>
      checkCertificate(certificate, heard) ?? checkCost(certificate) ?? checkGates(certificate),
  );
  if (fault !== null) return failed(output, [untrue(file, fault)]);
  const past = id === undefined ? ok(null) : await heldAgainst(context, { file, certificate, id });
  if (!past.ok) return failed(output, past.problems);
  const told = toldOf(certificate);
  const history = past.value;
  answer(
    output,
    () => [
      ...textOf(file, told),
      ...(key.length > 0 ? ["Its signature is by one of the given keys."] : []),
      ...(history === null ? [] : [historyText(history)]),
    ],
    () => ({
      type: "plan-verified",
      certificate: file,
      signed: key.length > 0,
      ...told,
      ...(history === null ? {} : { history }),
    }),
  );
  return exitCode.done;
}

type Told = ReturnType<typeof toldOf>;

function toldOf({ manifest, plan, optimal, cost, ways_out, exemptions, gates }: Certificate) {
  return {
    manifest,
    stages: plan.length,
    groups: plan.flat().length,
    installs: plan.flat(2).length,
    optimal,
    by_search: Object.entries(cost).flatMap(([name, { because }]) =>
      because === "by search" ? [name] : [],
    ),
    ways_out: ways_out.filter(({ way }) => way !== null).length,
    ways_out_stated: ways_out.filter(({ way }) => way === null).length,
    exemptions: exemptions.length,
    ...(gates === undefined
      ? {}
      : {
          gates: gates.declared.map(({ name, at }) => ({ gate: name, at })),
          gate_places: gates.places.length,
        }),
  };
}

function textOf(file: string, told: Told): readonly string[] {
  const { manifest, stages, groups, installs, optimal, by_search: bySearch } = told;
  const how = `${counted(installs, "install")} in ${counted(groups, "order group")} and ${counted(stages, "stage")}`;
  const proved = `${told.ways_out} ${told.ways_out === 1 ? "way" : "ways"} out`;
  const best = optimal
    ? bySearch.length === 0
      ? "That no plan costs less was counted again."
      : `That no plan has fewer ${listed(bySearch)} is stated, not proved: the planner's search has found it so.`
    : "It is not said that no plan costs less.";
  return [
    `${file}: true. The plan of "${manifest}", ${how}, passes acceptable states only.`,
    `${proved} proved.`,
    ...(told.ways_out_stated === 0
      ? []
      : [
          `For ${counted(told.ways_out_stated, "stuck Component")} it is stated, not proved, that there is none.`,
        ]),
    ...(told.exemptions === 0
      ? []
      : [
          `${counted(told.exemptions, "combination")} that a table does not accept stood there before.`,
        ]),
    ...gateLines(told),
    best,
  ];
}

function gateLines({ gates = [], gate_places: places = 0 }: Told): readonly string[] {
  if (gates.length === 0) return [];
  const named = listed(gates.map(({ gate }) => printableExactly(gate)));
  const are = gates.length === 1 ? `The gate ${named} is` : `The gates ${named} are`;
  return [
    `${are} asked at ${counted(places, "place")} of the plan; what is waited in is what was found, or a state that is proved.`,
  ];
}

function untrue(
  file: string,
  { where, message }: { readonly where: string; readonly message: string },
): Problem {
  return {
    code: "certificate-untrue",
    message: `"${file}" is not true at "${where}": ${message}.`,
    at: { file },
    hint: "Do not rely on this plan; make it and its certificate anew from sources that you trust.",
  };
}

function ofAnother(
  file: string,
  manifest: string,
  { inputs }: Certificate,
  bytes: Uint8Array,
): Problem {
  const planned = inputs.find(({ kind }) => kind === "manifest")?.sha256 ?? "";
  return {
    code: "certificate-sum",
    message: `"${file}" is the certificate of a plan of another Manifest than "${manifest}".`,
    at: { file },
    expected: `the Manifest with the SHA-256 ${planned}, which is among the inputs of the certificate`,
    got: sumOfManifest(bytes),
    hint: "Give the Manifest that was planned, byte for byte, or make the certificate anew.",
  };
}
