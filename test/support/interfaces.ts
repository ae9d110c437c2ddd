import { chmodSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ComponentType } from "../../src/core/ids.ts";
import { type CallSpec, runIdVariable } from "../../src/interface/call.ts";
import type { DownloadSpec } from "../../src/interface/download.ts";

/** A fixture Interface, by its directory and name. */
export function fixtureInterface(name: `${"behaving" | "misbehaving"}/${string}`): string {
  return resolve("fixtures/interfaces", name);
}

type Given = Partial<CallSpec> & Pick<CallSpec, "executable" | "call" | "workDir">;

/** A call, to be changed where it matters. */
export function callSpec(given: Given): CallSpec {
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
    ...given,
  };
}

/** A Download of an Artifact that nobody signed, to be changed where it matters. */
export function downloadSpec(
  given: Omit<Given, "call"> & Partial<DownloadSpec> & Pick<DownloadSpec, "source" | "artifact">,
): DownloadSpec {
  return {
    ...callSpec({ ...given, call: "Download" }),
    keys: [],
    decompressors: null,
    unpacked: "Yes",
    withSizes: "No",
    atOnce: 1,
    onProgress: () => {},
    ...given,
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

/** An Interface made for one test: a shell script in `directory`. */
export function scriptedInterface(directory: string, body: string, name = "board"): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
