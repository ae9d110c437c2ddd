import type { Showing } from "../sources/secure-bundle.ts";
import type { Machine } from "./machine.ts";

/** Shows how much of a file was read; `name` as people know it. */
export function showingRead({ working }: Pick<Machine, "working">, name: string): Showing {
  return (work, bytes, use) => working({ work, name, total: { count: bytes, unit: "bytes" } }, use);
}
