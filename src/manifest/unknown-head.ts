import type { ComponentType } from "../core/ids.ts";
import { resolveHead } from "./columns.ts";
import { nearest, suggestion } from "../core/nearest.ts";

/** What is wrong with a head that `resolveCondition` does not know, as a sentence goes on, and what to do. */
export interface UnknownHead {
  readonly lacks: "type" | "fact";
  readonly shown: string;
  readonly hint: string;
}

export function unknownHead(head: string, types: readonly ComponentType[]): UnknownHead {
  const shown = head.length > 60 ? `${head.slice(0, 60)}...` : head;
  const [, owner = ""] = /^(.*):\s*$/s.exec(head) ?? [];
  if (owner !== "" && resolveHead(owner, types) !== null) {
    const hint = `Write its name behind the colon, such as "${owner.slice(0, 60)}:hw_rev".`;
    return { lacks: "fact", shown, hint };
  }
  const [, type = "", rest = ""] = /^([^@:]*)(.*)$/s.exec(shown) ?? [];
  const close = nearest(type, types);
  const hint = close === null ? suggestion(type, types) : `Did you mean "${close}${rest}"?`;
  return { lacks: "type", shown, hint };
}
