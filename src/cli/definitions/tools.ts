import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { DemoOptions } from "../commands/demo.ts";
import type { InterfaceCheckOptions } from "../commands/interface-check.ts";
import type { InitOptions } from "../commands/init.ts";
import { starters } from "../commands/starters.ts";
import { type SchemaName, schemaNames } from "../commands/schema-names.ts";
import type { Lazily } from "./lazily.ts";

export function defineTools(program: Command, lazily: Lazily): void {
  program
    .command("interface")
    .description("tools for those who write Interfaces")
    .helpCommand(false)
    .command("check")
    .description("is this Interface true to the protocol? one line a clause")
    .argument("<executable>", "the Interface")
    .argument("[args...]", "its interface_args")
    .option("--type <type>", "the Component type; default: the name of the Interface")
    .option("--timeout <seconds>", "for each call", seconds, 60)
    .option("--grace <seconds>", "from SIGTERM to SIGKILL", seconds, 5)
    .option("--artifact <file>", "an Artifact that it takes; default: one that is made up")
    .action(
      lazily(
        async (
          context,
          executable: string,
          args: readonly string[],
          options: InterfaceCheckOptions,
        ) => {
          const { interfaceCheck } = await import("../commands/interface-check.ts");
          return interfaceCheck(context, executable, args, options);
        },
      ),
    );
  program
    .command("module")
    .description("the update module's side towards the Mender Client")
    .argument("<state>", "a state of its protocol")
    .argument("<dir>", "its directory tree")
    .action(
      lazily(async (context, state: string, directory: string) => {
        const { module } = await import("../commands/module.ts");
        return module(context, state, directory);
      }),
    );
  program
    .command("ask-gates")
    .description("may an update begin? asks the gates of start, and changes nothing")
    .action(
      lazily(async (context) => {
        const { askGates } = await import("../commands/ask-gates.ts");
        return askGates(context);
      }),
    );
  program
    .command("schema")
    .description("the JSON Schema of a file format or of what --json prints")
    .addArgument(new Argument("<name>", "the format").choices(schemaNames))
    .action(
      lazily(async (context, name: SchemaName) => {
        const { schema } = await import("../commands/schema.ts");
        return schema(context, name);
      }),
    );
  program
    .command("show-config")
    .description("each setting in force, and where it came from")
    .action(
      lazily(async (context) => {
        const { showConfig } = await import("../commands/show-config.ts");
        return showConfig(context);
      }),
    );
  program
    .command("init")
    .description("write a System to start from, with a script that tries it")
    .argument("<directory>", "where to; absent or empty")
    .addOption(
      new Option("--example <name>", "which System").choices([...starters]).default(starters[0]),
    )
    .action(
      lazily(async (context, directory: string, options: InitOptions) => {
        const { init } = await import("../commands/init.ts");
        return init(context, directory, options);
      }),
    );
  program
    .command("demo")
    .description("a whole update of a small System, in a scratch directory")
    .option("--dir <dir>", "where to; default: a temporary directory")
    .option("--keep", "leave the System there to play with", false)
    .addOption(
      new Option("--slow [seconds]", "one update to watch; each state takes 8 seconds, or so many")
        .preset("8")
        .argParser(seconds),
    )
    .action(
      lazily(async (context, options: DemoOptions) => {
        const { demo } = await import("../commands/demo.ts");
        return demo(context, options);
      }),
    );
}

function seconds(text: string): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new InvalidArgumentError("It must be a whole number of seconds from 1 on.");
  return value;
}
