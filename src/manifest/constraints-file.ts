import { once } from "../core/once.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { isAny } from "./any-state.ts";
import { constraintsShape, readConstraints } from "./constraints.ts";
import { checkShape } from "./shape.ts";
import { placeAt, type TextFile } from "./source.ts";
import type { Constraints } from "./written-constraints.ts";
import { fields } from "./words.ts";
import { readYaml } from "./yaml-document.ts";
import { inOrder } from "./yaml-problems.ts";
import { valueOf, type YamlDocument } from "./yaml-node.ts";

/** A device's own rules, which hold beside those of every Manifest. */
export const constraintsFileShape = once(() => fields({ constraints: constraintsShape.partial() }));

/** Reads `constraints.yaml`: tables of either kind, rules or limits, at least one. */
export function readConstraintsFile(file: TextFile): Result<Constraints> {
  const read = readYaml(file);
  if (!read.ok) return read;
  const { document, problems: found } = read.value;
  const { source, root } = document;
  const node = valueOf(root, "constraints");
  const tables = node === undefined ? null : readConstraints(source, node);
  const shape = checkShape(constraintsFileShape(), source, root);
  const problems = [...found, ...(shape.ok ? [] : shape.problems), ...(tables?.problems ?? [])];
  if (problems.length > 0 || tables === null) return fail(...inOrder(problems));
  const { endStates, transitionStates, rules, limits } = tables.constraints;
  // It allows nothing that the Manifest does not.
  const own = isAny(valueOf(node, "end_states")) ? null : endStates;
  if (own === null && [...transitionStates, ...rules, ...limits].length === 0)
    return fail(noTables(document));
  return ok({ ...tables.constraints, endStates: own });
}

function noTables({ source, root }: YamlDocument): Problem {
  return {
    code: "missing-field",
    message: "The file holds neither a table nor a rule nor a limit.",
    at: placeAt(source, root.start),
    expected: `"end_states", "transition_states", "rules" or "limits"`,
    hint: "Add a table or a rule, or remove the file.",
  };
}
