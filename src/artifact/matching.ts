import type { Artifact } from "./types.ts";

/** What a Component's Interface answered to `Provides`, by key. `device_type` is not among them. */
export type Provides = ReadonlyMap<string, string>;

/** What tells whether an Artifact is installed. */
export type Effect = Pick<Artifact, "provides" | "clears">;

/** The Provides once the Artifact is installed: first its globs clear, then its own keys are set. */
export function applyArtifact(provides: Provides, artifact: Effect): Provides {
  const { clears } = artifact;
  const kept = [...provides].filter(
    ([key]) => clears !== null && !clears.some((glob) => matches(glob, key)),
  );
  return new Map([...kept, ...artifact.provides]);
}

/** Whether installing the Artifact would change nothing. */
export function isInstalled(provides: Provides, artifact: Effect): boolean {
  const now = compared(provides);
  const then = compared(applyArtifact(provides, artifact));
  // The name tells a release, not a content: it counts only where there is nothing else to compare.
  const byName = hasNameOnly(now) || hasNameOnly(then);
  if (!byName) {
    now.delete("artifact_name");
    then.delete("artifact_name");
  }
  return now.size === then.size && [...now].every(([key, value]) => then.get(key) === value);
}

export interface UnmetDepend {
  readonly key: string;
  /** One of these was wanted. */
  readonly wanted: readonly string[];
  readonly found: string | null;
}

/** What the Artifact depends on and the Component does not provide; empty where it may be installed. */
export function unmetDepends(
  provides: Provides,
  componentType: string,
  { depends }: Pick<Artifact, "depends">,
): readonly UnmetDepend[] {
  return [...depends].flatMap(([key, wanted]) => {
    const found = (key === "device_type" ? componentType : provides.get(key)) ?? null;
    return found !== null && wanted.includes(found) ? [] : [{ key, wanted, found }];
  });
}

/** `*` stands for any characters or none; everything else for itself; the whole key must match. */
export function matches(glob: string, key: string): boolean {
  const [head = "", ...rest] = glob.split("*");
  const tail = rest.pop();
  if (tail === undefined) return key === head;
  if (!key.startsWith(head) || !key.endsWith(tail) || key.length < head.length + tail.length)
    return false;
  let at = head.length;
  const end = key.length - tail.length;
  for (const part of rest) {
    const found = key.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** The device type is ours, not the Interface's, and takes no part in what is installed. */
function compared(provides: Provides): Map<string, string> {
  const map = new Map(provides);
  map.delete("device_type");
  return map;
}

function hasNameOnly(provides: Provides): boolean {
  return provides.size === 1 && provides.has("artifact_name");
}
