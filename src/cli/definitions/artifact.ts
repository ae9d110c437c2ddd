import { type Command, Option } from "commander";
import type { CreateManifestOptions } from "../commands/artifact-create-manifest.ts";
import type { Lazily } from "./lazily.ts";

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
    .option(
      "--recovery",
      "let --system-type be any type that a device tells, for one whose new tier was not accepted in time",
      false,
    )
    .option("--software-version <version>", "the version it provides; default: its name")
    .addOption(
      new Option("--key <file>", "sign it with this private key").conflicts([
        "keyPkcs11",
        "gcpKmsKey",
      ]),
    )
    .addOption(
      new Option(
        "--key-pkcs11 <uri>",
        "sign it with a key of a PKCS#11 token, by mender-artifact",
      ).conflicts("gcpKmsKey"),
    )
    .option("--gcp-kms-key <resource>", "sign it with a key of Google's KMS, by mender-artifact")
    .action(
      lazily(async (context, file: string, options: CreateManifestOptions) => {
        const { createManifest } = await import("../commands/artifact-create-manifest.ts");
        return createManifest(context, file, options);
      }),
    );
}
