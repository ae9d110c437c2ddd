import { join } from "node:path";
import { readArtifact } from "../artifact/artifact.ts";
import type { Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import type { ComponentType } from "../core/ids.ts";
import type { Answer } from "../core/protocol.ts";
import { callInterface, type CallResult, type CallSpec } from "./call.ts";
import { madeUpArtifact } from "./check-artifact.ts";
import { download, type DownloadEnd, type DownloadSpec } from "./download.ts";
import type { QuerySpec } from "./query.ts";
import type { StreamsPlatform } from "./streams.ts";
import { prepareWorkDir, withTemporaryWorkDir } from "./work-dir.ts";

/** Which Interface is checked, and how patiently. */
export interface CheckSpec {
  /** Absolute path. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly componentType: ComponentType;
  /** As the Topology would have it: the key of the version in Provides is named by it. */
  readonly interfaceName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of each call, in milliseconds. */
  readonly timeoutMs: number;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** What the clauses before have found out; null is not known, because it was not answered as it must. */
export interface Known {
  isExecutable: boolean;
  provides: Provides | null;
  unpacked: Answer<"NeedsUnpackedArtifact"> | null;
  withSizes: Answer<"ProvidePayloadFileSizes"> | null;
  needsReboot: Answer<"NeedsArtifactReboot"> | null;
  /** How it took the payload. */
  taken: "streams" | "files" | null;
}

/** An Interface under trial. */
export interface Trial {
  readonly platform: StreamsPlatform;
  readonly spec: CheckSpec;
  /** Marks all processes of this check. */
  readonly runId: string;
  readonly known: Known;
  /** What had to be cut of its logs. */
  readonly cutLines: Set<string>;
  /** Runs `use` in a fresh work dir as it is before NeedsUnpackedArtifact. */
  inWorkDir<T>(use: (workDir: string) => Promise<T>): Promise<T>;
  query(workDir: string): QuerySpec;
  /** Calls it with any word; `lines` are the first that it wrote to stdout as a log. */
  call(
    workDir: string,
    call: CallSpec["call"],
  ): Promise<CallResult & { readonly lines: readonly string[] }>;
  /** Download as it wants it, of the made-up Artifact. */
  download(workDir: string, changes: Partial<DownloadSpec>): Promise<DownloadEnd>;
}

/** How many lines are kept to be shown. */
const keptLines = 5;

export async function startTrial(platform: StreamsPlatform, spec: CheckSpec): Promise<Trial> {
  const { componentType } = spec;
  const source = await madeUpArtifact(componentType, false);
  const artifact = await readMadeUp(componentType);
  const runId = platform.clock.randomId();
  const cutLines = new Set<string>();
  const known: Known = {
    isExecutable: false,
    provides: null,
    unpacked: null,
    withSizes: null,
    needsReboot: null,
    taken: null,
  };
  const noteCut = (line: string) => {
    const isCut = /\((cut: longer|more) than [0-9]+ /.test(line);
    if (isCut && cutLines.size < keptLines) cutLines.add(line.slice(line.lastIndexOf("(")));
  };
  const query = (workDir: string): QuerySpec => ({
    ...spec,
    workDir,
    runId,
    onStarted: () => {},
    onLine: (_, line) => noteCut(line),
  });

  return {
    platform,
    spec,
    runId,
    known,
    cutLines,
    query,
    inWorkDir: (use) =>
      withTemporaryWorkDir(platform.files, async (directory) => {
        const workDir = join(directory, "work dir");
        const provides = known.provides ?? new Map<string, string>();
        prepareWorkDir(platform.files, workDir, {
          componentType,
          provides,
          artifact,
          deploymentId: runId,
        });
        return await use(workDir);
      }),
    async call(workDir, call) {
      const lines: string[] = [];
      const result = await callInterface(platform, {
        ...query(workDir),
        call,
        onLine(stream, line) {
          noteCut(line);
          if (stream === "stdout" && lines.length < keptLines) lines.push(line);
        },
      });
      return { ...result, lines };
    },
    download: (workDir, changes) =>
      download(platform, {
        ...query(workDir),
        source,
        artifact,
        keys: [],
        decompressors: null,
        unpacked: known.unpacked ?? "Yes",
        withSizes: known.withSizes ?? "No",
        atOnce: 1,
        onProgress: () => {},
        ...changes,
      }),
  };
}

async function readMadeUp(componentType: ComponentType): Promise<Artifact> {
  const read = await readArtifact(await madeUpArtifact(componentType, false), []);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}
