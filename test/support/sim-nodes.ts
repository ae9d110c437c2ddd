/** What a simulated disk holds, and what becomes of it when the power goes. */

export interface FileNode {
  readonly kind: "file";
  readonly id: number;
  /** As processes see it. */
  bytes: Uint8Array;
  /** As it lies on the disk. */
  durable: Uint8Array;
}

export interface DirectoryNode {
  readonly kind: "directory";
  readonly id: number;
  readonly entries: Map<string, SimNode>;
  readonly durable: Map<string, SimNode>;
}

export type SimNode = FileNode | DirectoryNode;

/** A change that processes see; until it is synced nobody knows whether it is on the disk. */
export type Effect =
  | {
      readonly kind: "write";
      readonly node: FileNode;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "truncate"; readonly node: FileNode; readonly length: number }
  | {
      readonly kind: "entries";
      readonly node: DirectoryNode;
      /** Happen as one. Null: the name is removed. */
      readonly changes: readonly { readonly name: string; readonly to: SimNode | null }[];
      /** Not on the disk before this one is: a file that is moved is never nowhere. */
      readonly after: Effect | null;
    };

export type View = "seen" | "durable";

export function apply(effect: Effect, view: View): void {
  if (effect.kind === "entries") {
    const names = view === "seen" ? effect.node.entries : effect.node.durable;
    for (const { name, to } of effect.changes) {
      if (to === null) names.delete(name);
      else names.set(name, to);
    }
    return;
  }
  const { node } = effect;
  const before = view === "seen" ? node.bytes : node.durable;
  const bytes =
    effect.kind === "truncate"
      ? before.slice(0, effect.length)
      : written(before, effect.at, effect.bytes);
  if (view === "seen") node.bytes = bytes;
  else node.durable = bytes;
}

function written(before: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const after = new Uint8Array(Math.max(before.length, at + bytes.length));
  after.set(before);
  after.set(bytes, at);
  return after;
}

/** More than these would be too many subsets to try: a test that gets here must sync more often. */
const mostEffects = 10;

/** Writes are torn at every so many bytes: a prime, so that the spots lie differently in every record. */
const tearStep = 7;

/** Every list of effects that may have reached the disk: any subset, and of each write in it any part. */
export function* outcomesOf(pending: readonly Effect[]): Generator<readonly Effect[]> {
  if (pending.length > mostEffects) throw new Error(`${pending.length} unsynced effects`);
  for (let subset = 0; subset < 2 ** pending.length; subset += 1) {
    const kept = pending.filter((_, index) => ((subset >> index) & 1) === 1);
    if (!kept.every((effect) => isPossible(effect, kept, pending))) continue;
    yield kept;
    for (const [index, effect] of kept.entries()) {
      for (const torn of tornForms(effect)) yield kept.with(index, torn);
    }
  }
}

function isPossible(effect: Effect, kept: readonly Effect[], pending: readonly Effect[]): boolean {
  if (effect.kind !== "entries" || effect.after === null) return true;
  return kept.includes(effect.after) || !pending.includes(effect.after);
}

/** A write of which only the first bytes came: the file ends there, or zeros follow. */
function* tornForms(effect: Effect): Generator<Effect> {
  if (effect.kind !== "write") return;
  const { length } = effect.bytes;
  const spots = Array.from({ length: Math.ceil(length / tearStep) }, (_, spot) => spot * tearStep);
  for (const came of new Set([...spots, length - 1])) {
    if (came > 0) yield { ...effect, bytes: effect.bytes.slice(0, came) };
    yield { ...effect, bytes: written(new Uint8Array(length), 0, effect.bytes.slice(0, came)) };
  }
}

/** The tree as it lies on the disk once these effects are there too, as a tree of its own. */
export function diskWith(root: DirectoryNode, effects: readonly Effect[]): DirectoryNode {
  const copies = new Map<SimNode, SimNode>();
  const copyFile = (node: FileNode): FileNode => {
    const known = copies.get(node);
    if (known?.kind === "file") return known;
    const copy: FileNode = { ...node, bytes: node.durable };
    copies.set(node, copy);
    return copy;
  };
  const copyDirectory = (node: DirectoryNode): DirectoryNode => {
    const known = copies.get(node);
    if (known?.kind === "directory") return known;
    const copy: DirectoryNode = { ...node, entries: new Map(), durable: new Map() };
    copies.set(node, copy);
    for (const [name, entry] of node.durable) copy.durable.set(name, copyOf(entry));
    return copy;
  };
  const copyOf = (node: SimNode): SimNode =>
    node.kind === "file" ? copyFile(node) : copyDirectory(node);

  const copiedRoot = copyDirectory(root);
  for (const effect of effects) {
    if (effect.kind === "entries") {
      const changes = effect.changes.map(({ name, to }) => ({
        name,
        to: to === null ? null : copyOf(to),
      }));
      apply({ ...effect, node: copyDirectory(effect.node), changes }, "durable");
    } else {
      apply({ ...effect, node: copyFile(effect.node) }, "durable");
    }
  }
  for (const copy of copies.values()) {
    if (copy.kind === "file") copy.bytes = copy.durable;
    else for (const [name, entry] of copy.durable) copy.entries.set(name, entry);
  }
  return copiedRoot;
}
