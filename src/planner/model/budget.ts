/** How much may still be searched, shared by all parts of one question. */
export interface Budget {
  left: number;
  /** Absent: nobody watches. */
  readonly heard?: Heard | undefined;
}

/** Hears how many nodes more were looked at; nothing that is found depends on it. */
export type Heard = (nodes: number) => void;

/** How much one question may look at, and who hears of it. */
export interface SearchLimit {
  /** How many nodes may be searched before the answer is "undecided", or a plan not proved to be the best. */
  readonly nodeLimit: number;
  readonly heard?: Heard | undefined;
}

/** Takes nodes from the budget; false where it is used up. */
export function spend(budget: Budget, nodes: number): boolean {
  budget.left -= nodes;
  budget.heard?.(nodes);
  return budget.left >= 0;
}

/** What is asked for: the best order, or any to show that there is one. */
export type Effort = "best" | "any";
