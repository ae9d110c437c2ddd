import { nodeClock } from "./clock.ts";
import { nodeDecompressors } from "./decompress.ts";
import { nodeFiles } from "./files.ts";
import { type HostOptions, nodeHost } from "./host.ts";
import { nodeLocks } from "./locks.ts";
import { nodeMemory } from "./memory.ts";
import { nodeNetwork } from "./network/network.ts";
import { nodePipes } from "./pipes.ts";
import { nodeProcesses } from "./processes.ts";
import type { Platform } from "./types.ts";

export interface PlatformOptions extends HostOptions {
  /** Of the D-Bus system bus; left out: where it usually is. */
  readonly busAddress: string;
}

/** The machine that this process runs on. */
export function nodePlatform(options: Partial<PlatformOptions> = {}): Platform {
  const host = nodeHost({
    bootIdFile: options.bootIdFile ?? "/proc/sys/kernel/random/boot_id",
    rebootCommand: options.rebootCommand ?? ["reboot"],
  });
  return {
    files: nodeFiles(),
    processes: nodeProcesses(),
    pipes: nodePipes(),
    host,
    clock: nodeClock(),
    locks: nodeLocks(() => host.bootId()),
    decompressors: nodeDecompressors(),
    memory: nodeMemory(),
    network: nodeNetwork(options.busAddress === undefined ? {} : { address: options.busAddress }),
  };
}
