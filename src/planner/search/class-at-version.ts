/** Components of a symmetry class that have the same version. */
export interface ClassAtVersion {
  readonly symmetryClass: number;
  readonly members: readonly number[];
  readonly tableClass: number;
  /** What they have now. */
  readonly from: number;
  /** What they had at the start of the plan. */
  readonly start: number;
}

export interface Option {
  readonly version: number;
  readonly moves: number;
  readonly distance: number;
  /** Installs more than the shortest way needs. */
  readonly detour: number;
  /** What options are compared by first: the detour if nothing else is wanted. */
  readonly weight: number;
  /** The higher, the less the version is preferred. */
  readonly rank: number;
}
