import { busIn, hostOfTest } from "../install/environment.ts";
import { nodePlatform } from "../platform/node.ts";
import { runProcess } from "./process.ts";

/** The only composition root: here the program gets its machine. */
export async function main(args: readonly string[]): Promise<void> {
  await runProcess(args, nodePlatform({ ...hostOfTest(process.env), ...busIn(process.env) }));
}
