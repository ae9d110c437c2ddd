import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { remoteMachine } from "../support/remote-machine.ts";
import { overSsh, singleFile } from "../support/shipped-cases.ts";
import {
  artifactsOf,
  type Place,
  type ShippedCase,
  shippedSystem,
} from "../support/shipped-system.ts";
import { inScratch, medianOfBoth, milliseconds, type Run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const bytesEach = 32 * 2 ** 20;

/** Of Fast Ethernet, which is what a board often has. */
const bytesPerSecond = 100e6 / 8;

/**
 * An update of three Components of another machine by the Interface `ssh`, against scp and the same last steps by hand,
 * for all three at the same time and over one connection, too. The other machine is this one, behind a pipe that is as
 * slow as a link.
 */
export const ssh: Bench = () =>
  inScratch(async (directory) => {
    const cases = ["one", "two", "three"].map((type) => fileOf(type));
    artifactsOf(cases, directory);
    const files = cases.map(({ type, payload }) => {
      const file = join(directory, `${type}.bin`);
      writeFileSync(file, payload("v2")["tool.conf"] ?? "");
      return file;
    });
    const link = join(directory, "link.mjs");
    writeFileSync(link, linkProgram);
    const rows: BenchRow[] = [];
    for (const speed of [bytesPerSecond, null]) {
      const system = shippedSystem(cases, directory);
      try {
        if (speed !== null) slowDown(system.path("machine/listen"), link, speed);
        const script = byHand(system.path("machine"), system.path("hand"), files);
        const { ours, theirs } = await medianOfBoth(
          3,
          () => {
            makeAnew(cases, system.path);
            return timed(() => system.run(["install", "v2.yaml"]).exit);
          },
          () =>
            timed(
              () =>
                spawnSync("sh", ["-c", script], { stdio: ["ignore", "ignore", "inherit"] }).status,
            ),
        );
        const over = speed === null ? "no link" : `${(speed * 8) / 1e6} Mbit/s`;
        rows.push({
          name: `update of three over ssh, ${bytesEach / 2 ** 20} MiB each, ${over}`,
          measured: milliseconds(ours),
          reference: `scp and ssh by hand: ${milliseconds(theirs)}`,
          ratio: ours / theirs,
          limit: speed === null ? null : 1.3,
        });
      } finally {
        system.remove();
      }
    }
    return rows;
  });

function makeAnew(cases: readonly ShippedCase[], path: Place): void {
  for (const each of cases) {
    rmSync(path(each.type), { recursive: true });
    mkdirSync(path(each.type));
    each.prepare(path);
  }
}

/** Puts the link between whoever calls `program` and it. */
function slowDown(program: string, link: string, speed: number): void {
  renameSync(program, `${program}.fast`);
  writeFileSync(
    program,
    `#!/bin/sh\nexec "${process.execPath}" "${link}" ${speed} "${program}.fast"\n`,
    { mode: 0o755 },
  );
}

/** Passes its stdin to a program at so many bytes a second, and that one's stdout back as it comes. */
const linkProgram = `import { spawn } from "node:child_process";
const [speed, program] = process.argv.slice(2);
const { stdin } = spawn(program, { stdio: ["pipe", "inherit", "inherit"] }).on("exit", (code) => process.exit(code));
const begin = performance.now();
let free = 0;
for await (const piece of process.stdin) {
  if (!stdin.write(piece)) await new Promise((drained) => stdin.once("drain", drained));
  const now = performance.now() - begin;
  free = Math.max(free, now) + (piece.length / Number(speed)) * 1000;
  if (free - now > 5) await new Promise((over) => setTimeout(over, free - now));
}
stdin.end();
`;

function fileOf(type: string): ShippedCase {
  const content = randomBytes(bytesEach);
  return {
    ...overSsh(singleFile(type)),
    payload: (version) => ({ "tool.conf": version === "v2" ? content : version }),
  };
}

/** What somebody would type who takes care that a power cut leaves a whole file. */
function byHand(machine: string, to: string, files: readonly string[]): string {
  const { host, environment } = remoteMachine(machine);
  const configuration = `${environment["MENDER_ORCHESTRATOR_CONF_DIR"]}/ssh_config`;
  const options = `-F ${configuration} -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=${machine}/by-hand`;
  const copies = files.map((file, at) => {
    const place = join(to, String(at));
    const last = `sync -f ${place}.new && mv ${place}.new ${place} && sync -f ${to}`;
    return `{ scp -q -O ${options} ${file} ${host}:${place}.new && ssh ${options} ${host} '${last}'; } & p${at}=$!`;
  });
  return `set -e\nssh ${options} ${host} mkdir -p ${to}\n${copies.join("\n")}\n${files.map((_, at) => `wait $p${at}`).join("\n")}`;
}

async function timed(work: () => number | null): Promise<Run> {
  const begin = performance.now();
  const status = work();
  if (status !== 0) throw new Error(`it ended in ${status}`);
  return Promise.resolve({
    ms: performance.now() - begin,
    cpuMs: 0,
    peakBytes: 0,
    writtenBytes: 0,
  });
}
