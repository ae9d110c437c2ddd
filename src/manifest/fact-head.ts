import type { ComponentType } from "../core/ids.ts";
import { type NamedColumn, resolveHead } from "./columns.ts";

/** What a condition asks: the version of a Component, or a fact of it. */
export interface NamedCondition extends NamedColumn {
  /** Behind the colon; null: the version. */
  readonly key: string | null;
}

/** Whether a Component of the type has this id. An id wins over a fact: it may hold a colon, too. */
export type IsId = (type: ComponentType, id: string) => boolean;

/** `type`, `type@id`, `type:key`, `type@id:key`. Null: there is no such type. */
export function resolveCondition(
  head: string,
  types: readonly ComponentType[],
  isId: IsId = () => false,
): NamedCondition | null {
  const whole = resolveHead(head, types);
  const [, owner = "", key = ""] = factHead.exec(head) ?? [];
  const ofFact = key === "" ? null : resolveHead(owner, types);
  if (whole === null || (whole.id !== null && ofFact !== null && !isId(whole.type, whole.id)))
    return ofFact === null ? null : { ...ofFact, key };
  return { ...whole, key: null };
}

const factHead = /^(.*):\s*([A-Za-z_][^\s:@]*)$/s;
