import type { Problem } from "../core/problem.ts";
import { isSeedForm } from "./manifest-checks.ts";
import { placeAt, type Source } from "./source.ts";
import { valueOf, type YamlNode } from "./yaml-node.ts";

type Kind = "Manifest" | "Topology" | "state file";

/** A Topology or state file that is given for a Manifest: one problem. Null: nothing says that it is none. */
export function notManifest(source: Source, root: YamlNode): Problem | null {
  return mistaken(source, root, {
    code: "not-a-manifest",
    kind: "Manifest",
    give: "the Manifest, or a bundle",
  });
}

/** A Manifest or Topology that is given for a state file: one problem. Null: nothing says that it is none. */
export function notStateFile(source: Source, root: YamlNode): Problem | null {
  return mistaken(source, root, {
    code: "not-a-state-file",
    kind: "state file",
    give: "the file that says in which versions the Components are",
  });
}

interface Wanted {
  readonly code: Problem["code"];
  readonly kind: Kind;
  readonly give: string;
}

function mistaken(source: Source, root: YamlNode, wanted: Wanted): Problem | null {
  const kind = kindOf(root);
  if (kind === null || kind === wanted.kind) return null;
  return {
    code: wanted.code,
    message: `"${source.file}" is a ${kind}, and a ${wanted.kind} is wanted.`,
    at: placeAt(source, root.start),
    expected: `a ${wanted.kind}`,
    got: `a ${kind}`,
    hint: `Give ${wanted.give}; ${belongs[kind]}.`,
  };
}

/** Which of our files it is by its outermost fields; null: they do not tell. */
function kindOf(root: YamlNode): Kind | null {
  const kind = valueOf(root, "kind");
  if (kind?.kind === "text" && kind.text === "topology") return "Topology";
  const isManifest = kind?.kind === "text" && kind.text === "manifest";
  const isSaid = (key: string) => valueOf(root, key) !== undefined;
  if (isManifest || isSeedForm(root) || isSaid("component_types")) return "Manifest";
  return isSaid("components") && !["kind", "name"].some(isSaid) ? "state file" : null;
}

const belongs: { readonly [kind in Kind]: string } = {
  Manifest: "a Manifest is what is planned",
  Topology: "a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names",
  "state file": "a state file is given with --state",
};
