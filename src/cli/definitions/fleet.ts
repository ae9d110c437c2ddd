import type { Command } from "commander";
import type { FleetMergeOptions } from "../commands/fleet-merge.ts";
import type { Lazily } from "./lazily.ts";
import { outOption } from "./shared-options.ts";

export function defineFleet(program: Command, lazily: Lazily): void {
  program
    .command("fleet")
    .description("what belongs to plan --fleet")
    .helpCommand(false)
    .command("merge")
    .description("add up summaries of parts of a fleet (plan --fleet --summary --json)")
    .argument("<files...>", "the summaries, one or more in each; - is stdin")
    .option(...outOption)
    .action(
      lazily(async (context, files: readonly string[], options: FleetMergeOptions) => {
        const { fleetMerge } = await import("../commands/fleet-merge.ts");
        return fleetMerge(context, files, options);
      }),
    );
}
