/** How much may still be searched, shared by all parts of one question. */
export interface Budget {
  left: number;
}

/** Takes nodes from the budget; false where it is used up. */
export function spend(budget: Budget, nodes: number): boolean {
  budget.left -= nodes;
  return budget.left >= 0;
}

/** What is asked for: the best order, or any to show that there is one. */
export type Effort = "best" | "any";
