import type { ComponentType } from "../core/ids.ts";
import type { ConstraintTable } from "./table.ts";

/** What a column's head names. */
export interface NamedColumn {
  readonly type: ComponentType;
  /** As written behind the `@`; null: every Component of the type. */
  readonly id: string | null;
}

/** A type and an id have 256 characters each. */
const maxHeadLength = 520;

/** Null: there is no such type. Case counts only where it decides between two types. */
export function resolveHead(head: string, types: readonly ComponentType[]): NamedColumn | null {
  if (head.length > maxHeadLength) return null;
  const whole = typeNamed(head, types);
  if (whole !== null) return { type: whole, id: null };
  for (let at = head.indexOf("@"); at !== -1; at = head.indexOf("@", at + 1)) {
    const type = typeNamed(head.slice(0, at).trim(), types);
    const id = head.slice(at + 1).trim();
    if (type !== null && id !== "") return { type, id };
  }
  return null;
}

/** Where a table speaks of a type. */
export interface TypeColumn {
  readonly table: ConstraintTable;
  readonly index: number;
  readonly id: NamedColumn["id"];
}

/** For each type that a column names its columns, table by table. */
export function columnsOfTypes(
  tables: readonly ConstraintTable[],
  types: readonly ComponentType[],
): ReadonlyMap<ComponentType, readonly TypeColumn[]> {
  const found = new Map<ComponentType, TypeColumn[]>();
  for (const table of tables) {
    for (const [index, { head }] of table.columns.entries()) {
      const named = resolveHead(head, types);
      if (named === null) continue;
      const column = { table, index, id: named.id };
      const own = found.get(named.type);
      if (own === undefined) found.set(named.type, [column]);
      else own.push(column);
    }
  }
  return found;
}

/** The one of the names that is meant, with the case as written if that decides it. */
export function nameLike<Name extends string>(text: string, names: readonly Name[]): Name | null {
  const exact = names.find((name) => name === text);
  if (exact !== undefined) return exact;
  const alike = names.filter((name) => name.toLowerCase() === text.toLowerCase());
  const [only, ...others] = alike;
  return only === undefined || others.length > 0 ? null : only;
}

function typeNamed(text: string, types: readonly ComponentType[]): ComponentType | null {
  return nameLike(text, types);
}
