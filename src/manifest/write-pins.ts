import type { Sha256 } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { wantedArtifacts } from "./available-artifacts.ts";
import type { ArtifactReference } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";
import { lineAt, type Source, type TextFile } from "./source.ts";
import { readYaml } from "./yaml-document.ts";
import { entriesOf, valueOf, type YamlNode } from "./yaml-node.ts";

/**
 * The same Manifest, valid, with a `sha256` for every Artifact whose path has a checksum here and that has none yet.
 * All else stays as it was written, comments too.
 */
export function withPins(file: TextFile, sums: ReadonlyMap<string, Sha256>): Result<Uint8Array> {
  const read = readYaml(file);
  if (!read.ok) return read;
  const { source, root } = read.value.document;
  const bytes = new TextEncoder().encode(inserted(source, insertions(source, root, sums)));
  const lacking = withoutPin({ name: file.name, bytes }, sums);
  return lacking.length > 0 ? fail(...lacking) : ok(bytes);
}

/** What is put where, by offset: two names for one place in the file are one insertion. */
function insertions(
  source: Source,
  root: YamlNode,
  sums: ReadonlyMap<string, Sha256>,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { value: type } of entriesOf(valueOf(root, "component_types"))) {
    const stones = valueOf(type, "stepping_stones");
    for (const node of [type, ...(stones?.kind === "list" ? stones.items : [])]) {
      const path = valueOf(node, "artifact_path");
      const sum = path?.kind === "text" ? sums.get(path.text) : undefined;
      const [first] = entriesOf(node);
      if (sum === undefined || first === undefined || valueOf(node, "sha256") !== undefined)
        continue;
      const isFlow = source.text[node.start] === "{";
      const after = isFlow ? ", " : `\n${indentation(source, first.key.start)}`;
      found.set(first.key.start, `sha256: ${sum}${after}`);
    }
  }
  return found;
}

/** As many blanks as stand, or would stand, before the key. */
function indentation(source: Source, offset: number): string {
  const start = source.lineStarts[lineAt(source, offset) - 1] ?? 0;
  return source.text.slice(start, offset).replaceAll(/[^ ]/g, " ");
}

function inserted({ text }: Source, places: ReadonlyMap<number, string>): string {
  let whole = "";
  let from = 0;
  for (const [offset, added] of [...places].toSorted(([a], [b]) => a - b)) {
    whole += text.slice(from, offset) + added;
    from = offset;
  }
  return whole + text.slice(from);
}

/** YAML can be written in ways into which nothing can be put by its place; whoever reads the result knows. */
function withoutPin(file: TextFile, sums: ReadonlyMap<string, Sha256>): readonly Problem[] {
  const read = readManifest(file);
  if (!read.ok) return read.problems;
  return wantedArtifacts(read.value.manifest).flatMap(({ reference }) => {
    const sum = reference.path === null ? undefined : sums.get(reference.path);
    return sum === undefined || reference.pin !== null ? [] : [notWritten(reference, sum)];
  });
}

function notWritten({ path, at }: ArtifactReference, sum: Sha256): Problem {
  return {
    code: "artifact-pin-not-written",
    message: `The checksum of "${path ?? ""}" could not be written into the Manifest.`,
    at,
    expected: `"sha256: ${sum}"`,
    hint: "Write that line by hand, beside `artifact_path`.",
  };
}
