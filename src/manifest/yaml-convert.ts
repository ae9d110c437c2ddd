import { isAlias, isMap, isScalar, type ParsedNode, type Scalar, type YAMLMap } from "yaml";
import type { Problem } from "../core/problem.ts";
import { placeAt, type Source } from "./source.ts";
import { bareText, duplicateKey, maxDepth, tooDeep, unquoted } from "./yaml-problems.ts";
import type { YamlEntry, YamlNode, YamlText } from "./yaml-node.ts";

/** How often a file may use aliases, and how many nodes they may stand for in all. */
const maxAliases = 32;
const maxAliasedNodes = 10_000;

/** The parser's tree as ours; tags, odd keys, duplicates and too many aliases are problems. */
export function convert(
  source: Source,
  contents: ParsedNode | null,
): { readonly root: YamlNode | null; readonly problems: readonly Problem[] } {
  const state: Conversion = {
    source,
    problems: [],
    anchors: new Map(),
    aliases: 0,
    aliasedNodes: 0,
    nodes: 0,
    isTooDeep: false,
  };
  const root = contents === null ? emptyText(0) : convertNode(state, contents, 0);
  return { root: state.isTooDeep ? null : root, problems: state.problems };
}

interface Conversion {
  readonly source: Source;
  readonly problems: Problem[];
  readonly anchors: Map<string, { readonly node: YamlNode; readonly size: number }>;
  aliases: number;
  aliasedNodes: number;
  /** Nodes so far, those that aliases stand for among them. */
  nodes: number;
  isTooDeep: boolean;
}

function convertNode(state: Conversion, node: ParsedNode, depth: number): YamlNode {
  const [start, end] = node.range;
  if (isAlias(node)) return resolveAlias(state, node.source, start, end);
  if (depth >= maxDepth) return refuseDepth(state, start);
  const before = state.nodes;
  state.nodes += 1;
  const converted = convertContent(state, node, depth);
  if (node.anchor !== undefined)
    state.anchors.set(node.anchor, { node: converted, size: state.nodes - before });
  return converted;
}

function convertContent(
  state: Conversion,
  node: Exclude<ParsedNode, { srcToken?: { type: "alias" } }>,
  depth: number,
): YamlNode {
  const [start, end] = node.range;
  if (isScalar(node)) return textOf(state, node);
  if (node.tag !== undefined) report(state, tagged(state, tagStart(state.source.text, start)));
  if (isMap(node)) return mapOf(state, node, depth);
  const items = node.items.map((item) => convertNode(state, item, depth + 1));
  return { kind: "list", items, start, end };
}

function textOf(state: Conversion, node: Scalar.Parsed): YamlText {
  const [start, end] = node.range;
  const { text } = state.source;
  // `!x` is a tag to YAML, and a cell to whoever wrote it; `>=4` the head of a block scalar.
  if (node.tag !== undefined) {
    const tag = tagStart(text, start);
    if (node.source === "") {
      report(state, unquoted(state.source, tag));
      return { kind: "text", text: bareText(state.source, tag), style: "quoted", start: tag, end };
    }
    report(state, tagged(state, tag));
  }
  if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") {
    const isHead = /^[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?\r?$/m.test(lineFrom(text, start));
    if (!isHead)
      return { kind: "text", text: bareText(state.source, start), style: "quoted", start, end };
    const style = node.type === "BLOCK_LITERAL" ? "literal" : "folded";
    return { kind: "text", text: String(node.value), style, start, end };
  }
  const style = node.type === "PLAIN" ? "plain" : "quoted";
  return { kind: "text", text: String(node.value), style, start, end };
}

function mapOf(state: Conversion, node: YAMLMap.Parsed, depth: number): YamlNode {
  const [start, end] = node.range;
  const bare = bareQuestionMark(state, node);
  if (bare !== null) return bare;
  const entries = new Map<string, YamlEntry>();
  for (const pair of node.items) {
    const key = keyOf(state, pair.key);
    const value =
      pair.value === null
        ? emptyText(key?.end ?? start)
        : convertNode(state, pair.value, depth + 1);
    if (key === null) continue;
    const first = entries.get(key.text);
    if (first !== undefined) {
      report(state, duplicateKey(state.source, key, first.key));
      continue;
    }
    entries.set(key.text, { key, value });
  }
  return { kind: "map", entries, start, end };
}

/** A bare `?` is a map with an empty key to YAML, and the unknown version to whoever wrote it. */
function bareQuestionMark(state: Conversion, node: YAMLMap.Parsed): YamlText | null {
  const [first, end] = node.range;
  const [pair, ...others] = node.items;
  if (pair === undefined || others.length > 0) return null;
  if (!isScalar(pair.key) || pair.key.source !== "" || pair.value !== null) return null;
  const start = state.source.text[first] === "?" ? first : first - 1;
  if (state.source.text[start] !== "?") return null;
  report(state, unquoted(state.source, start));
  return { kind: "text", text: "?", style: "quoted", start, end };
}

function keyOf(state: Conversion, node: ParsedNode): YamlText | null {
  const at = placeAt(state.source, node.range[0]);
  if (!isScalar(node)) {
    report(state, {
      code: "yaml-forbidden",
      message: "A key must be a text.",
      at,
      hint: "Write a name before the colon, in quotes if it holds characters of YAML's own.",
    });
    return null;
  }
  const key = textOf(state, node);
  if (node.anchor !== undefined) state.anchors.set(node.anchor, { node: key, size: 1 });
  if (key.text !== "" && key.text !== "__proto__") return key;
  report(state, {
    code: "yaml-forbidden",
    message: key.text === "" ? "A key is empty." : `The key "${key.text}" is not allowed.`,
    at,
    hint: "Write a name before the colon.",
  });
  return null;
}

function resolveAlias(state: Conversion, name: string, start: number, end: number): YamlNode {
  const anchored = state.anchors.get(name);
  // The parser has complained of `*` alone; `*abc` may be a cell that lacks its quotes.
  if (anchored === undefined) {
    if (name !== "") report(state, unquoted(state.source, start));
    return { kind: "text", text: `*${name}`, style: "quoted", start, end };
  }
  state.aliases += 1;
  state.aliasedNodes += anchored.size;
  state.nodes += anchored.size;
  if (state.aliases <= maxAliases && state.aliasedNodes <= maxAliasedNodes) return anchored.node;
  const isFirst =
    state.aliases === maxAliases + 1 || state.aliasedNodes <= maxAliasedNodes + anchored.size;
  if (isFirst)
    report(state, {
      code: "yaml-forbidden",
      message: "The file uses too many aliases.",
      at: placeAt(state.source, start),
      expected: `at most ${maxAliases} aliases, which stand for at most ${maxAliasedNodes} nodes`,
      hint: "Write out what the aliases stand for.",
    });
  return emptyText(start);
}

function refuseDepth(state: Conversion, start: number): YamlText {
  if (!state.isTooDeep) report(state, tooDeep(placeAt(state.source, start)));
  state.isTooDeep = true;
  return emptyText(start);
}

/** A tag stands before its node, and an anchor may stand between them. */
function tagStart(text: string, node: number): number {
  const from = Math.max(0, node - 300);
  const before = text.slice(from, node);
  const found = /![^\s,[\]{}]*(?:\s+&[^\s,[\]{}]+)?\s*$/.exec(before);
  return found === null ? node : from + found.index;
}

function tagged(state: Conversion, start: number): Problem {
  return {
    code: "yaml-forbidden",
    message: "YAML tags are not allowed.",
    at: placeAt(state.source, start),
    hint: `Remove the tag; if a text starts with "!", quote it.`,
  };
}

function report(state: Conversion, problem: Problem): void {
  state.problems.push(problem);
}

function emptyText(at: number): YamlText {
  return { kind: "text", text: "", style: "plain", start: at, end: at };
}

function lineFrom(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end);
}
