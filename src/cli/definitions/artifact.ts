import type { Command } from "commander";
import type { Lazily } from "../program.ts";

export interface CreateManifestOptions {
  readonly output: string;
  readonly artifactName?: string;
  readonly systemType: readonly string[];
  readonly softwareVersion?: string;
  readonly key?: string;
}

export function defineArtifact(program: Command, lazily: Lazily): void {
  const repeat = (value: string, previous: readonly string[]): readonly string[] => [
    ...previous,
    value,
  ];
  program
    .command("artifact")
    .description("Mender Artifacts of whole-System updates")
    .helpCommand(false)
    .command("create-manifest")
    .description("wrap a Manifest or a bundle, for the Mender Server and its Client")
    .argument("<file>", "a Manifest or a bundle")
    .requiredOption("-o, --output <file>", "the Artifact to write")
    .option("-n, --artifact-name <name>", "its name; default: the Manifest's")
    .option(
      "--system-type <type>",
      "a System type it is for, may be given several times; default: all of the Manifest's",
      repeat,
      [],
    )
    .option("--software-version <version>", "the version it provides; default: its name")
    .option("--key <file>", "sign it with this private key")
    .action(
      lazily(async (context, file: string, options: CreateManifestOptions) => {
        const { createManifest } = await import("../commands/artifact-create-manifest.ts");
        return createManifest(context, file, options);
      }),
    );
}
