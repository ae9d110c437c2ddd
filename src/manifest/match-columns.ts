import type { ComponentId, ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { nameLike, resolveHead } from "./columns.ts";
import { suggestion } from "../core/nearest.ts";
import type { VersionDomains } from "./version-domains.ts";
import type { Column } from "./system.ts";
import type { TableColumn } from "./table.ts";

/** Who stands in a column. */
export interface PlacedColumn {
  readonly type: ComponentType;
  /** Null: nobody who is there. */
  readonly present: Column | null;
  /** A Component that is left out belongs here, too. */
  readonly hasAbsent: boolean;
}

/** The columns with those who stand in them; heads that name no type were reported where they were read. */
export function placeColumns(
  heads: readonly TableColumn[],
  domains: VersionDomains,
): { readonly columns: readonly PlacedColumn[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const columns = heads.flatMap((head): readonly PlacedColumn[] => {
    const named = resolveHead(head.head, domains.knownTypes);
    if (named === null) return [];
    const { type, id } = named;
    const at = domains.types.findIndex(({ name }) => name === type);
    const isAbsent = domains.absent.includes(type);
    if (id === null)
      return [
        { type, present: at === -1 ? null : { type: at, component: null }, hasAbsent: isAbsent },
      ];
    const component = componentNamed(id, type, domains);
    if (component !== null) return [{ type, present: { type: at, component }, hasAbsent: false }];
    // Nobody knows what a Component that does not answer is called: it may be this one.
    if (at !== -1 && !isAbsent) problems.push(unknownComponent(head, id, type, domains));
    return [{ type, present: null, hasAbsent: isAbsent }];
  });
  return { columns, problems };
}

/** Indices of the Components of a type. */
export function componentsOfType(
  type: ComponentType,
  { types, components }: VersionDomains,
): readonly number[] {
  const own = types.findIndex(({ name }) => name === type);
  return components.flatMap((component, at) => (component.type === own ? [at] : []));
}

/** The Component of the type that is meant by an id as written; null: there is none. */
export function componentNamed(
  id: string,
  type: ComponentType,
  domains: VersionDomains,
): number | null {
  const found = nameLike(id, idsOfType(type, domains));
  if (found === null) return null;
  const own = componentsOfType(type, domains);
  return own.find((at) => domains.components[at]?.id === found) ?? null;
}

function idsOfType(type: ComponentType, domains: VersionDomains): readonly ComponentId[] {
  return componentsOfType(type, domains).flatMap((at) => domains.components[at]?.id ?? []);
}

export function unknownComponent(
  { head, at }: TableColumn,
  id: string,
  type: ComponentType,
  domains: VersionDomains,
): Problem {
  const ids = idsOfType(type, domains);
  return {
    code: "table-column",
    message: `"${head}" names no Component of the System.`,
    at,
    expected: `one of ${ids.join(", ")}`,
    got: id,
    hint: suggestion(id, ids),
  };
}
