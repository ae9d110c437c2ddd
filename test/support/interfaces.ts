import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { ComponentType } from "../../src/core/ids.ts";
import { type CallSpec, runIdVariable } from "../../src/interface/call.ts";

/** A fixture Interface, by its directory and name. */
export function fixtureInterface(name: `${"behaving" | "misbehaving"}/${string}`): string {
  return resolve("fixtures/interfaces", name);
}

/** A call that a test changes where it matters. `executable`, `call` and `workDir` it must give. */
export function callSpec<T extends Partial<CallSpec>>(changes: T) {
  return {
    componentType: ComponentType.parse("gateway"),
    args: [],
    timeoutMs: 60_000,
    graceMs: 500,
    environment: { PATH: process.env["PATH"] ?? "" },
    runId: "a-run",
    signal: new AbortController().signal,
    onStarted: () => {},
    onLine: () => {},
    ...changes,
  };
}

/** The processes that were started by calls of this run, their children too, and have not ended. */
export function processesOf(runId: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readProc(pid, "environ").split("\0").includes(`${runIdVariable}=${runId}`))
    .map((pid) => `${pid} ${readProc(pid, "cmdline").replaceAll("\0", " ").trim()}`);
}

/** What this process has open below `directory`. */
export function openBelow(directory: string): readonly string[] {
  return readdirSync("/proc/self/fd")
    .map((fd) => readLink(join("/proc/self/fd", fd)))
    .filter((path) => path.startsWith(directory));
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
