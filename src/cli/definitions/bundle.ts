import type { Command } from "commander";
import type { BundleCreateOptions } from "../commands/bundle-create.ts";
import type { BundleExtractOptions } from "../commands/bundle-extract.ts";
import type { BundleSignOptions } from "../commands/bundle-sign.ts";
import type { BundleVerifyOptions } from "../commands/bundle-verify.ts";
import type { Lazily } from "./lazily.ts";

const publicKeys = [
  "--key <file>",
  "a public key (PEM) that may have signed it; several may be given; default: the configured ones",
  (value: string, before: readonly string[]) => [...before, value],
  [],
] as const;

export function defineBundle(program: Command, lazily: Lazily): void {
  const bundle = program
    .command("bundle")
    .description("one file for a whole System: a Manifest and its Artifacts")
    .helpCommand(false);
  bundle
    .command("create")
    .description("make a bundle of a Manifest and the Artifacts it names")
    .requiredOption("--manifest <file>", "the Manifest")
    .option("-o, --output <file>", "the bundle to be written", "bundle.tar")
    .option("--key <file>", "sign it with this private key (PEM)")
    .option("--thin", "the Manifest alone: its Artifacts come from elsewhere", false)
    .option("--pin", "write the checksum of every Artifact into the Manifest", false)
    .action(
      lazily(async (context, options: BundleCreateOptions) => {
        const { bundleCreate } = await import("../commands/bundle-create.ts");
        return bundleCreate(context, options);
      }),
    );
  bundle
    .command("inspect")
    .description("what is in a bundle")
    .argument("<file>", "the bundle")
    .action(
      lazily(async (context, file: string) => {
        const { bundleInspect } = await import("../commands/bundle-inspect.ts");
        return bundleInspect(context, file);
      }),
    );
  bundle
    .command("verify")
    .description("read all of a bundle: every sum, every Artifact, the signature")
    .argument("<file>", "the bundle")
    .option(...publicKeys)
    .action(
      lazily(async (context, file: string, options: BundleVerifyOptions) => {
        const { bundleVerify } = await import("../commands/bundle-verify.ts");
        return bundleVerify(context, file, options);
      }),
    );
  bundle
    .command("sign")
    .description("sign a bundle")
    .argument("<file>", "the bundle")
    .requiredOption("--key <file>", "the private key (PEM)")
    .option("-o, --output <file>", "the signed bundle; default: in place of the old one")
    .action(
      lazily(async (context, file: string, options: BundleSignOptions) => {
        const { bundleSign } = await import("../commands/bundle-sign.ts");
        return bundleSign(context, file, options);
      }),
    );
  bundle
    .command("extract")
    .description("write what is in a bundle to a directory")
    .argument("<file>", "the bundle")
    .requiredOption("-C, --directory <dir>", "where to; it must be absent or empty")
    .option(...publicKeys)
    .action(
      lazily(async (context, file: string, options: BundleExtractOptions) => {
        const { bundleExtract } = await import("../commands/bundle-extract.ts");
        return bundleExtract(context, file, options);
      }),
    );
}
