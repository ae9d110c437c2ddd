import { assertNever } from "../core/assert-never.ts";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Closing } from "../manifest/closed-installs.ts";
import type { System, SystemState } from "../manifest/system.ts";
import type { Nogood } from "../planner/model/conflict.ts";
import type { OrderReason } from "../planner/conflict/order-reasons.ts";
import type { Repair } from "../planner/conflict/repair.ts";
import type { WhyNot } from "../planner/explain.ts";
import type { RestReason } from "../planner/rest-reasons.ts";
import {
  type NogoodPlaces,
  causeNogoods,
  componentName,
  type ExplanationReport,
  headName,
  isOfRule,
  orderPlace,
  preferredIn,
  stateVersions,
  typeName,
  versionName,
} from "./explanation.ts";
import { repairText } from "./explanation-text.ts";
import { problemJson } from "./problems.ts";

type Json = Readonly<Record<string, unknown>>;

/** One document; keys may be added, never changed. */
export function explanationJson({ explanation, planned, answer }: ExplanationReport): Json {
  const notes = planned.notes.map((note) => problemJson(note, "warning"));
  const head = { type: "explanation", manifest: planned.manifest, answer: answer.kind };
  const exit: ExitCode = answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
  switch (explanation.kind) {
    case "unexplained":
      return { ...head, unexplained: explanation.because, notes, exit };
    case "plan":
      return {
        ...head,
        order: explanation.reasons.map((reason) => reasonJson(planned, reason)),
        proved: explanation.isProved,
        rests: explanation.rests.map((rest) => restJson(planned, rest)),
        notes,
        exit,
      };
    case "no-plan":
      return {
        ...head,
        reason: answer.kind === "no-plan" ? answer.reason : null,
        ...whyNotJson(planned, explanation),
        notes,
        exit,
      };
    default:
      return assertNever(explanation);
  }
}

function whyNotJson(planned: NogoodPlaces, why: WhyNot): Json {
  const { system } = planned;
  const { farthest, nearest } = why;
  return {
    core: why.core.map((nogood) => nogoodJson(planned, nogood)),
    irreducible: why.isIrreducible,
    farthest:
      farthest === null
        ? null
        : {
            updated: farthest.updated.map((component) => componentName(system, component)),
            components: componentsJson(system, farthest.state),
            proved: farthest.isProved,
            standstill: farthest.isAtStandstill,
          },
    nearest:
      typeof nearest === "string"
        ? null
        : {
            system_version: nearest.name,
            components: componentsJson(system, nearest.state),
            proved: nearest.isProved,
          },
    nearest_decided: nearest !== "undecided",
    repair: why.repairs.map((repair) => repairJson(planned, repair)),
    all_repairs_tried: why.areRepairsComplete,
  };
}

function componentsJson(system: System, state: SystemState): Json {
  const versions = stateVersions(system, state);
  return Object.fromEntries(system.components.map(({ id }, index) => [id, versions[index]]));
}

function nogoodJson(places: NogoodPlaces, nogood: Nogood): Json {
  const { system } = places;
  switch (nogood.kind) {
    case "row":
      return { kind: "row", table: nogood.table, ...nogood.rule };
    case "unlisted":
      return {
        kind: "unlisted",
        table: nogood.table,
        ...nogood.rule,
        combination: combinationJson(system, nogood),
      };
    case "rest":
      return { kind: "rest", table: nogood.table, ...nogood.rule };
    case "edge":
    case "edge-default":
    case "depends":
      return closingJson(system, nogood);
    case "artifact-depends":
      return {
        ...closingJson(system, nogood),
        to: versionName(system, nogood.type, nogood.to),
        needs: nogood.needs,
      };
    case "order": {
      const type = system.types[nogood.type];
      const place = orderPlace(places, nogood.type);
      return {
        kind: "order",
        component_type: typeName(system, nogood.type),
        order: type?.order ?? null,
        ...(place !== null && { file: place.file, line: place.line }),
      };
    }
    default:
      return assertNever(nogood);
  }
}

function closingJson(system: System, { kind, type, rule }: Closing): Json {
  return { kind, component_type: typeName(system, type), ...rule };
}

/** By the heads of the columns; where a head stands over several, a list, in the order of the columns. */
function combinationJson(system: System, nogood: Extract<Nogood, { kind: "unlisted" }>): Json {
  const cells = nogood.columns.map((column, index) => ({
    head: headName(system, column),
    version: versionName(system, column.type, nogood.versions[index]),
  }));
  const heads = [...new Set(cells.map(({ head }) => head))];
  return Object.fromEntries(
    heads.map((head) => {
      const versions = cells.filter((cell) => cell.head === head).map(({ version }) => version);
      return [head, versions.length === 1 ? versions[0] : versions];
    }),
  );
}

const repairKinds = {
  edge: "drop-edge",
  "edge-default": "allow-edges",
  depends: "drop-depends",
} as const;

export function repairJson(places: NogoodPlaces, repair: Repair): Json {
  const { system } = places;
  const told = { kind: repair.kind, text: repairText(places, repair) };
  switch (repair.kind) {
    case "say-yes": {
      const kind = isOfRule(system, repair.nogood) ? "drop-rule" : repair.kind;
      return { ...told, ...nogoodJson(places, repair.nogood), kind };
    }
    case "add-row":
      return { ...told, ...nogoodJson(places, repair.nogood), kind: repair.kind };
    case "open-installs":
      return {
        ...told,
        ...nogoodJson(places, repair.nogood),
        kind: repairKinds[repair.nogood.kind],
      };
    case "add-end-state":
      return { ...told, components: componentsJson(system, repair.state) };
    case "drop-order":
      return { ...told, component_type: typeName(system, repair.type) };
    case "add-artifact":
      return {
        ...told,
        component_type: typeName(system, repair.type),
        from: repair.from.map((version) => versionName(system, repair.type, version)),
        to: versionName(system, repair.type, repair.to),
      };
    default:
      return assertNever(repair);
  }
}

function restJson(
  places: NogoodPlaces,
  { stage, type, components, version, instead }: RestReason,
): Json {
  const { system } = places;
  return {
    stage,
    components: components.map((component) => componentName(system, component)),
    version: versionName(system, type, version),
    instead: versionName(system, type, instead),
    prefer: preferredIn(places, type),
  };
}

function reasonJson(places: NogoodPlaces, reason: OrderReason): Json {
  const names = (components: readonly number[]) =>
    components.map((component) => componentName(places.system, component));
  return {
    stage: reason.stage,
    group: reason.group,
    components: names(reason.components),
    after: names(reason.after),
    cause: reason.cause.kind === "nogoods" ? "rules" : reason.cause.kind,
    rules: causeNogoods(reason.cause).map((nogood) => nogoodJson(places, nogood)),
  };
}
