import { cpus, release, totalmem, type } from "node:os";
import { parseArgs } from "node:util";
import { artifact } from "./artifact.ts";
import { bundle } from "./bundle.ts";
import { cache } from "./cache.ts";
import { deployment } from "./deployment.ts";
import { fleet } from "./fleet.ts";
import { interfaces } from "./interface.ts";
import { menderClient } from "./mender-client.ts";
import { pictures } from "./pictures.ts";
import { planner } from "./planner.ts";
import { proof } from "./proof.ts";
import { aligned, type Bench, type BenchRow } from "./row.ts";
import { ssh } from "./ssh.ts";
import { startup } from "./startup.ts";
import { supply } from "./supply.ts";

/**
 * `npm run bench -- [name...] [--quick] [--plots DIRECTORY]`: all of them without a name. Ends in 1 where a
 * limit was passed.
 */
const benches: Readonly<Record<string, Bench>> = {
  startup,
  deployment,
  artifact,
  bundle,
  cache,
  supply,
  interface: interfaces,
  ssh,
  "mender-client": menderClient,
  planner,
  fleet,
  pictures,
  proof,
};

async function main(args: string[]) {
  const { values, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: { quick: { type: "boolean" }, plots: { type: "string" } },
  });
  const options = { isQuick: values.quick ?? false, plots: values.plots ?? null };
  const unknown = names.filter((name) => benches[name] === undefined);
  if (unknown.length > 0) {
    console.error(
      `no such bench: ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`,
    );
    process.exitCode = 10;
    return;
  }
  console.log(machine());
  console.log();
  const rows: BenchRow[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) rows.push(...(await bench(options)));
  }
  for (const line of table(rows)) console.log(line);
  if (rows.some(isOver)) process.exitCode = 1;
}

function machine(): string {
  const [first, ...others] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${others.length + 1} x ${first?.model ?? "unknown processor"}, ${memory}`,
    `Node ${process.versions.node}, ${type()} ${release()}`,
  ].join("; ");
}

function table(rows: readonly BenchRow[]): readonly string[] {
  const heads = ["", "measured", "against", "ratio", "at most", ""];
  const cells = rows.map((row) => [
    row.name,
    row.measured,
    row.reference,
    row.ratio.toFixed(2),
    row.limit === null ? "" : row.limit.toFixed(2),
    isOver(row) ? "OVER" : "",
  ]);
  return aligned([heads, ...cells]);
}

function isOver(row: BenchRow): boolean {
  return row.limit !== null && row.ratio > row.limit;
}

await main(process.argv.slice(2));
