import { medianMs, milliseconds, program, run } from "./measure.ts";
import type { Bench } from "./row.ts";

/** How long it takes until the built program is there at all. */
export const startup: Bench = async () => {
  const times = 30;
  const bare = await medianMs(times, () => run({ file: process.execPath, args: ["-e", "0"] }));
  const ours = await medianMs(times, () =>
    run({ file: process.execPath, args: [program, "--version"] }),
  );
  return [
    {
      name: "--version",
      measured: milliseconds(ours),
      reference: `node -e 0: ${milliseconds(bare)}`,
      ratio: ours / bare,
      limit: 1.5,
    },
  ];
};
