import { join } from "node:path";
import { readArtifact } from "../artifact/artifact.ts";
import type { Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import { type ComponentType, Sha256 } from "../core/ids.ts";
import type { Answer } from "../core/protocol.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { callInterface, type CallResult, type CallSpec } from "./call.ts";
import { type MadeUp, madeUpArtifact } from "./check-artifact.ts";
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
  /** What Download is tried with; null: what is made up. */
  readonly artifact: GivenArtifact | null;
}

/** An Artifact of whoever checks, open as long as that takes. */
export interface GivenArtifact {
  readonly source: ByteSource;
  readonly artifact: Artifact;
  readonly decompressors: Decompressors;
}

/** What Download is tried with. */
export interface Sample {
  readonly what: string;
  readonly payload: Pick<DownloadSpec, "source" | "artifact" | "decompressors">;
  /** The same, of which something turns out wrong at its end. */
  readonly broken: (unpacked: Answer<"NeedsUnpackedArtifact">) => Partial<DownloadSpec>;
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
  /** The last lines of its logs since this was called before. */
  takeLog(): readonly string[];
  /**
   * What Download is tried with, the best one first; who takes none of it but the last is tried with that from then on.
   */
  readonly samples: Sample[];
  /**
   * Runs `use` in a fresh work dir as it is before NeedsUnpackedArtifact; without a blank in its path unless named so.
   */
  inWorkDir<T>(use: (workDir: string) => Promise<T>, name?: string): Promise<T>;
  query(workDir: string): QuerySpec;
  /** Calls it with any word; `lines` are the first that it wrote to stdout as a log. */
  call(
    workDir: string,
    call: CallSpec["call"],
  ): Promise<CallResult & { readonly lines: readonly string[] }>;
  /** Download as it wants it, of the sample. */
  download(workDir: string, changes: Partial<DownloadSpec>): Promise<DownloadEnd>;
}

/** How many lines are kept to be shown. */
const keptLines = 5;

/** How many lines of its logs are kept for each clause. */
const keptLog = 20;

export async function startTrial(platform: StreamsPlatform, spec: CheckSpec): Promise<Trial> {
  const { componentType } = spec;
  const samples = await samplesOf(spec);
  const runId = platform.clock.randomId();
  const cutLines = new Set<string>();
  let log: string[] = [];
  const known: Known = {
    isExecutable: false,
    provides: null,
    unpacked: null,
    withSizes: null,
    needsReboot: null,
    taken: null,
  };
  const note = (line: string) => {
    log = [...log, line].slice(-keptLog);
    const isCut = /\((cut: longer|more) than [0-9]+ /.test(line);
    if (isCut && cutLines.size < keptLines) cutLines.add(line.slice(line.lastIndexOf("(")));
  };
  const query = (workDir: string): QuerySpec => ({
    ...spec,
    workDir,
    runId,
    onStarted: () => {},
    onLine: (_, line) => note(line),
  });

  return {
    platform,
    spec,
    runId,
    known,
    cutLines,
    takeLog: () => {
      const taken = log;
      log = [];
      return taken;
    },
    samples,
    query,
    inWorkDir: (use, name = "work-dir") =>
      withTemporaryWorkDir(platform.files, async (directory) => {
        const workDir = join(directory, name);
        const provides = known.provides ?? new Map<string, string>();
        prepareWorkDir(platform.files, workDir, {
          componentType,
          provides,
          artifact: sampleOf(samples).payload.artifact,
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
          note(line);
          if (stream === "stdout" && lines.length < keptLines) lines.push(line);
        },
      });
      return { ...result, lines };
    },
    download: (workDir, changes) =>
      download(platform, {
        ...query(workDir),
        ...sampleOf(samples).payload,
        keys: [],
        unpacked: known.unpacked ?? "Yes",
        withSizes: known.withSizes ?? "No",
        atOnce: 1,
        onProgress: () => {},
        ...changes,
      }),
  };
}

export function sampleOf([first]: readonly Sample[]): Sample {
  if (first === undefined) throw new Error("Download is tried with something");
  return first;
}

async function samplesOf({ artifact, componentType }: CheckSpec): Promise<Sample[]> {
  if (artifact !== null) return [givenSample(artifact)];
  return [await madeUpSample(componentType, "three"), await madeUpSample(componentType, "one")];
}

async function madeUpSample(componentType: ComponentType, madeUp: MadeUp): Promise<Sample> {
  const source = await madeUpArtifact(componentType, madeUp, false);
  const wrong = await madeUpArtifact(componentType, madeUp, true);
  const read = await readArtifact(source, []);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return {
    what: `a made-up payload of ${madeUp === "one" ? "one file" : "three files"}`,
    payload: { source, artifact: read.value, decompressors: null },
    broken: () => ({ source: wrong }),
  };
}

/** Its bytes cannot be made wrong here, so another checksum is expected of them. */
function givenSample({ source, artifact, decompressors }: GivenArtifact): Sample {
  const wrong = Sha256.parse("0".repeat(64));
  const isLast = (at: number) => at === artifact.payloadFiles.length - 1;
  const payloadFiles = artifact.payloadFiles.map((file, at) =>
    isLast(at) ? { ...file, sha256: wrong } : file,
  );
  return {
    what: `"${source.name}"`,
    payload: { source, artifact, decompressors },
    broken: (unpacked) => ({
      artifact:
        unpacked === "Yes" ? { ...artifact, payloadFiles } : { ...artifact, identity: wrong },
    }),
  };
}
