import { medianOfBoth, milliseconds, program, run } from "./measure.ts";
import type { Bench } from "./row.ts";

/** How long it takes until the built program is there at all. */
export const startup: Bench = async () => {
  const { ours, theirs } = await medianOfBoth(
    30,
    () => run({ file: process.execPath, args: [program, "--version"] }),
    () => run({ file: process.execPath, args: ["-e", "0"] }),
  );
  return [
    {
      name: "--version",
      measured: milliseconds(ours),
      reference: `node -e 0: ${milliseconds(theirs)}`,
      ratio: ours / theirs,
      limit: 1.5,
    },
  ];
};
