import { type Command, Option } from "commander";
import type { PlanDiffOptions } from "../commands/plan-diff.ts";
import type { FleetOptions } from "../commands/plan-fleet.ts";
import type { PlanOptions } from "../commands/plan.ts";
import type { ShowProvidesOptions } from "../commands/show-provides.ts";
import type { ValidateOptions } from "../commands/validate.ts";
import type { Lazily } from "./lazily.ts";
import { allowUnsignedOption, formatOption, outOption, statesOption } from "./shared-options.ts";

export function definePlanning(program: Command, lazily: Lazily): void {
  program
    .command("plan")
    .description("what install would do, and why; changes nothing")
    .argument("<file>", "a bundle or a Manifest")
    .addOption(statesOption())
    .option(...allowUnsignedOption)
    .addOption(formatOption())
    .option(...outOption)
    .addOption(
      new Option(
        "--fleet <file>",
        "for each device of a fleet, a line of JSON each; - is stdin",
      ).conflicts(["state", "diff"]),
    )
    .addOption(
      new Option(
        "--certificate <file>",
        "write the evidence for the plan, which verify-plan checks",
      ).conflicts(["fleet", "diff"]),
    )
    .option("--key <file>", "sign that certificate with this private key (PEM)")
    .option("--diff <old>", "beside what another release would do, a Manifest or a bundle")
    .addOption(
      new Option(
        "--summary",
        "of --fleet with --json: one document for all, which fleet merge adds up",
      ).conflicts("diff"),
    )
    .action(
      lazily(
        async (context, file: string, options: PlanOptions | FleetOptions | PlanDiffOptions) => {
          if ("fleet" in options) {
            const { planFleetOf } = await import("../commands/plan-fleet.ts");
            return planFleetOf(context, file, options);
          }
          if ("diff" in options) {
            const { planDiff } = await import("../commands/plan-diff.ts");
            return planDiff(context, file, options);
          }
          const { plan } = await import("../commands/plan.ts");
          return plan(context, file, options);
        },
      ),
    );
  program
    .command("validate")
    .description("check Manifests, Topologies, bundles and Artifacts: all problems at once")
    .argument("<files...>", "any of them")
    .option("--strict", "take warnings for errors", false)
    .addOption(
      new Option("--format <format>", "how it is written")
        .choices(["text", "json", "sarif"])
        .default("text"),
    )
    .option(...outOption)
    .action(
      lazily(async (context, files: readonly string[], options: ValidateOptions) => {
        const { validate } = await import("../commands/validate.ts");
        return validate(context, files, options);
      }),
    );
  program
    .command("show-provides")
    .description("what every Component provides")
    .option("--state-file <file>", "write it to a state file, which plan --state reads")
    .action(
      lazily(async (context, options: ShowProvidesOptions) => {
        const { showProvides } = await import("../commands/show-provides.ts");
        return showProvides(context, options);
      }),
    );
  program
    .command("show-inventory")
    .description("what every Component tells for the inventory")
    .action(
      lazily(async (context) => {
        const { showInventory } = await import("../commands/show-inventory.ts");
        return showInventory(context);
      }),
    );
}
