/** A statement of the certificate that is not true: `where` it stands, as a path into the JSON. */
export class Untrue extends Error {
  readonly where: string;

  constructor(where: string, message: string) {
    super(message);
    this.where = where;
  }
}

export function demand(holds: boolean, where: string, message: string): asserts holds {
  if (!holds) throw new Untrue(where, message);
}

/** What an index of the certificate points to. */
export function entry<T>(list: readonly T[], index: number, where: string): T {
  const found = list[index];
  demand(found !== undefined, where, `${index} points to nothing`);
  return found;
}
