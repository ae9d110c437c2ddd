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

export interface BenchOptions {
  /** A small part of it, where there is more than a minute's worth. */
  readonly isQuick: boolean;
  /** The directory that gets the plots; null: none are drawn. */
  readonly plots: string | null;
}

/** One module of test/bench: it measures for a few seconds or minutes, alone on the machine. */
export type Bench = (options: BenchOptions) => Promise<readonly BenchRow[]>;

/** Lines whose cells stand below each other. */
export function aligned(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
