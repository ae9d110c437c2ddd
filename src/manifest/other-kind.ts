import type { Problem } from "../core/problem.ts";
import { isSeedForm } from "./manifest-checks.ts";
import { placeAt, type Source } from "./source.ts";
import { valueOf, type YamlNode } from "./yaml-node.ts";

type Kind = "Manifest" | "Topology" | "state file";

/** A Topology or state file that is given for a Manifest: one problem. Null: nothing says that it is none. */
export function notManifest(source: Source, root: YamlNode): Problem | null {
  const kind = kindOf(root);
  return kind === null || kind === "Manifest"
    ? null
    : {
        code: "not-a-manifest",
        ...mistaken(source, root, kind, "Manifest"),
        hint: `Give the Manifest, or a bundle; ${belongs[kind]}.`,
      };
}

/** A Manifest or Topology that is given for a state file: one problem. Null: nothing says that it is none. */
export function notStateFile(source: Source, root: YamlNode): Problem | null {
  const kind = kindOf(root);
  return kind === null || kind === "state file"
    ? null
    : {
        code: "not-a-state-file",
        ...mistaken(source, root, kind, "state file"),
        hint: `Give the file that says in which versions the Components are; ${belongs[kind]}.`,
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

function mistaken(source: Source, root: YamlNode, is: Kind, wanted: Kind) {
  return {
    message: `"${source.file}" is a ${is}, and a ${wanted} is wanted.`,
    at: placeAt(source, root.start),
    expected: `a ${wanted}`,
    got: `a ${is}`,
  };
}

const belongs: { readonly [kind in Kind]: string } = {
  Manifest: "a Manifest is what is planned",
  Topology: "a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names",
  "state file": "a state file is given with --state",
};
