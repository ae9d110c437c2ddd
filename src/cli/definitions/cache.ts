import type { Command } from "commander";
import type { CacheCleanOptions } from "../commands/cache-clean.ts";
import type { FetchOptions } from "../commands/fetch.ts";
import type { Lazily } from "./lazily.ts";
import { allowUnsignedOption } from "./shared-options.ts";

export function defineCache(program: Command, lazily: Lazily): void {
  program
    .command("fetch")
    .description("bring what a Manifest names into the cache, for an update without the network")
    .argument("<file>", "a bundle or a Manifest")
    .option(...allowUnsignedOption)
    .option("--bundle <file>", "write them with the Manifest into one bundle instead")
    .option("--key <file>", "sign that bundle with this private key (PEM)")
    .action(
      lazily(async (context, file: string, options: FetchOptions) => {
        const { fetch } = await import("../commands/fetch.ts");
        return fetch(context, file, options);
      }),
    );
  program
    .command("show-cache")
    .description("what lies in the cache of Artifacts, and for whom")
    .action(
      lazily(async (context) => {
        const { showCache } = await import("../commands/show-cache.ts");
        return showCache(context);
      }),
    );
  program
    .command("cache")
    .description("looks after the cache of Artifacts")
    .helpCommand(false)
    .command("clean")
    .description("remove what no deployment in progress and no fetched Manifest needs")
    .option("--all", "remove everything", false)
    .action(
      lazily(async (context, options: CacheCleanOptions) => {
        const { cacheClean } = await import("../commands/cache-clean.ts");
        return cacheClean(context, options);
      }),
    );
}
