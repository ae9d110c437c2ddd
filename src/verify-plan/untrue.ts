/** The first statement that is not true: where it stands, as a path into the JSON, and why. */
export class Fault extends Error {
  readonly where: string;

  constructor(where: string, message: string) {
    super(message);
    this.where = where;
  }
}

export function demand(holds: boolean, where: string, message: string): asserts holds {
  if (!holds) throw new Fault(where, message);
}

/** What an index of the certificate points to. */
export function entry<T>(list: readonly T[], index: number, where: string): T {
  const found = list[index];
  demand(found !== undefined, where, `${index} points to nothing`);
  return found;
}

/** What the check demands in vain; null: nothing. */
export function faultOf(check: () => void): Fault | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
