/** How much may still be searched, shared by all parts of one question. */
export interface Budget {
  left: number;
  /** Absent: nobody watches. */
  readonly heard?: Heard | undefined;
  /** The step of a search that is under way is over where no more than this is left; absent: it has not begun. */
  stepEnd?: number;
}

/** A search in steps of some milliseconds, between which it can be given up; no answer depends on that. */
export type Steps<T> = Generator<void, T, void>;

/** How many nodes may be looked at in one step. */
const nodesInStep = 1000;

/** To be asked after nodes were taken; true: the search should yield. */
export function isStepOver(budget: Budget): boolean {
  const isOver = budget.left <= (budget.stepEnd ?? budget.left - 1);
  if (isOver || budget.stepEnd === undefined) budget.stepEnd = budget.left - nodesInStep;
  return isOver;
}

export function toItsEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
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
