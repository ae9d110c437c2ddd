/** One line of the benchmark's table: a measurement beside the one it is compared with. */
export interface BenchRow {
  readonly name: string;
  /** With its unit: `33 ms`. */
  readonly measured: string;
  /** What it is compared with, and how much that is: `node -e 0: 24 ms`. */
  readonly reference: string;
  /** Measured divided by the reference. */
  readonly ratio: number;
  /** The most that the ratio may be; null where no promise is made. */
  readonly limit: number | null;
}

/** One module of test/bench: it measures for a few seconds, alone on the machine. */
export type Bench = () => Promise<readonly BenchRow[]>;
