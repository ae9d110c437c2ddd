import type { Source } from "./source.ts";

/**
 * YAML as we read it: every scalar is the text that stands in the file, so that 2.10 stays 2.10, and
 * everything knows where it lies. Offsets count characters of the source; `end` is not included.
 */
export type YamlNode = YamlText | YamlList | YamlMap;

export interface YamlText {
  readonly kind: "text";
  readonly text: string;
  readonly style: "plain" | "quoted" | "literal" | "folded";
  readonly start: number;
  readonly end: number;
}

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
  readonly start: number;
  readonly end: number;
}

export interface YamlMap {
  readonly kind: "map";
  /** By key, in the order of the file. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly start: number;
  readonly end: number;
}

export interface YamlEntry {
  readonly key: YamlText;
  readonly value: YamlNode;
}

export interface YamlDocument {
  readonly source: Source;
  readonly root: YamlNode;
}

/** The entry of a map; undefined where it has none, or the node is no map. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

/** The entries of a map; none where the node is no map. */
export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === "map" ? [...node.entries.values()] : [];
}

export function valueOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return entryOf(node, key)?.value;
}

/** The node at the end of a path of keys and indices. */
export function nodeAt(
  node: YamlNode | undefined,
  path: readonly PropertyKey[],
): YamlNode | undefined {
  const [first, ...rest] = path;
  if (node === undefined || first === undefined) return node;
  if (node.kind === "list") return nodeAt(node.items[Number(first)], rest);
  return nodeAt(valueOf(node, String(first)), rest);
}

/** The text that was written; null where there is none, or the node is no text. */
export function textOf(node: YamlNode | undefined): string | null {
  return node?.kind === "text" && !isEmpty(node) ? node.text : null;
}

/** Nothing was written, or YAML's word for it. */
export function isEmpty(node: YamlNode): boolean {
  return node.kind === "text" && node.style === "plain" && /^(~|null|)$/i.test(node.text);
}
