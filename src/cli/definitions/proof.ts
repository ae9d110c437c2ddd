import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExplainOptions } from "../commands/explain.ts";
import type { SimulateOptions } from "../commands/simulate.ts";
import type { VerifyPlanOptions } from "../commands/verify-plan.ts";
import type { Lazily } from "./lazily.ts";
import { allowUnsignedOption, formatOption, outOption, stateOption } from "./shared-options.ts";

export function defineProof(program: Command, lazily: Lazily): void {
  program
    .command("explain")
    .description("why there is no plan, or why this order: the rows that decide")
    .argument("<file>", "a bundle or a Manifest")
    .option(...stateOption)
    .option(...allowUnsignedOption)
    .addOption(formatOption())
    .option(...outOption)
    .action(
      lazily(async (context, file: string, options: ExplainOptions) => {
        const { explain } = await import("../commands/explain.ts");
        return explain(context, file, options);
      }),
    );
  program
    .command("simulate")
    .description("every fault at every step of the plan: where the System ends; changes nothing")
    .argument("<file>", "a bundle or a Manifest")
    .option(...stateOption)
    .option(...allowUnsignedOption)
    .addOption(
      new Option("--from <states>", "from the current state, or from every end state as well")
        .choices(["here", "all"])
        .default("here"),
    )
    .option("--faults <count>", "how many may happen in one deployment, 0 to 4", faults, 1)
    .option("--accept <component>", "accept that it may end inconsistent", collected, [])
    .option("--limit <situations>", "give up after so many from one state", situations, 1_000_000)
    .option("--memory <MB>", "give up where this process takes more, 128 at least", megabytes, 512)
    .option("--exact", "count no Components as alike: every name is told apart", false)
    .addOption(formatOption("junit"))
    .option(...outOption)
    .action(
      lazily(async (context, file: string, options: SimulateOptions) => {
        const { simulate } = await import("../commands/simulate.ts");
        return simulate(context, file, options);
      }),
    );
  program
    .command("verify-plan")
    .description("check the certificate of a plan, without planning")
    .argument("<file>", "what plan --certificate has written")
    .option("--manifest <file>", "look the rows up in this Manifest or bundle as well")
    .option("--history <id>", "hold what this past deployment has called against it as well")
    .option(
      "--key <file>",
      "it must be signed with the key of this public one (PEM); may be given again",
      collected,
      [],
    )
    .action(
      lazily(async (context, file: string, options: VerifyPlanOptions) => {
        const { verifyPlan } = await import("../commands/verify-plan.ts");
        return verifyPlan(context, file, options);
      }),
    );
}

function faults(text: string): number {
  if (!/^[0-4]$/.test(text)) throw new InvalidArgumentError("It must be a number from 0 to 4.");
  return Number(text);
}

function situations(text: string): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return value;
}

function megabytes(text: string): number {
  const value = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 128) throw new InvalidArgumentError("It must be a whole number from 128 to 9999999.");
  return value;
}

function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
