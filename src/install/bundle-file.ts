import { join } from "node:path";
import { refused } from "../artifact/artifact-error.ts";
import { unpackGzip } from "../bundle/unpack.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ByteSource, Files } from "../platform/types.ts";
import { noBundle } from "./foreign-kind.ts";
import { openInput } from "./input-files.ts";
import { kindOfInput } from "./input-kind.ts";
import type { Machine } from "./machine.ts";

/** Opens a file for the time of use; `path` where it does not lie at its name. */
export async function withInput<T>(
  { platform, environment }: Machine,
  name: string,
  use: (source: ByteSource) => Promise<Result<T>>,
  path?: string,
): Promise<Result<T>> {
  const opened = openInput(platform.files, environment.workingDirectory, name, path);
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/**
 * Opens a bundle for the time of use; a compressed one is unpacked into a temporary directory. For
 * commands that change nothing: an install keeps its bundle in the datastore.
 */
export function withBundleFile<T>(
  machine: Machine,
  name: string,
  use: (plain: ByteSource) => Promise<Result<T>>,
  path?: string,
): Promise<Result<T>> {
  return withInput(
    machine,
    name,
    async (source) => {
      const kind = await bundleKind(source);
      if (!kind.ok) return kind;
      return kind.value === "gzip" ? await withUnpacked(machine, source, use) : await use(source);
    },
    path,
  );
}

/** A failure where the file is no bundle at its first bytes. An Artifact is a tar as well: whoever reads on tells it. */
export async function bundleKind(source: ByteSource): Promise<Result<"gzip" | "plain">> {
  const kind = await kindOfInput(source);
  if (!kind.ok) return kind;
  if (kind.value === "text") return fail(noBundle(source.name));
  return ok(kind.value === "gzip" ? "gzip" : "plain");
}

/** The file has no name while it is used: however this process ends, it leaves nothing behind then. */
async function withUnpacked<T>(
  machine: Machine,
  source: ByteSource,
  use: (plain: ByteSource) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = await openUnpacked(machine, source);
  if (!opened.ok) return opened;
  const plain = opened.value;
  try {
    return await use({
      name: source.name,
      size: plain.size,
      read: (...args) => plain.read(...args),
    });
  } finally {
    plain.close();
  }
}

async function openUnpacked(
  { platform: { files }, signal }: Machine,
  source: ByteSource,
): Promise<Result<ReturnType<Files["openSource"]>>> {
  const directory = files.makeTemporaryDirectory("orchestrator-bundle-");
  try {
    const path = join(directory, "bundle.tar");
    const unpacked = await unpackGzip(until(signal, source), path, files);
    return unpacked.ok ? ok(files.openSource(path)) : unpacked;
  } finally {
    files.remove(directory);
  }
}

/** To unpack may take longer than a process has that was told to end. */
function until(signal: AbortSignal, source: ByteSource): ByteSource {
  const { name, size } = source;
  return {
    name,
    size,
    async *read(...args) {
      for await (const piece of source.read(...args)) {
        if (signal.aborted)
          throw refused("interrupted", name, `"${name}" was being unpacked.`, again);
        yield piece;
      }
    },
  };
}

const again = { hint: "This program was told to end: call the command again." };
