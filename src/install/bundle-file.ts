import { join } from "node:path";
import { unpackGzip } from "../bundle/unpack.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ByteSource } from "../platform/types.ts";
import { countedSource } from "../sources/counted-source.ts";
import { untilTold } from "../sources/until-told.ts";
import { noBundle } from "./foreign-kind.ts";
import { inputFile } from "./input-directory.ts";
import { openInput, type OpenSource } from "./input-files.ts";
import { kindOfInput } from "./input-kind.ts";
import type { Machine } from "./machine.ts";
import { showingRead } from "./showing-read.ts";

/** Opens a file for the time of use. */
export async function withInput<T>(
  { platform, environment }: Machine,
  name: string,
  use: (source: ByteSource) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = openInput(platform.files, environment.workingDirectory, name);
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/** As `openBundleFile`, for the time of use; a directory stands for the bundle at its top. */
export async function withBundleFile<T>(
  machine: Machine,
  name: string,
  use: (plain: ByteSource) => Promise<Result<T>>,
): Promise<Result<T>> {
  const found = await inputFile(machine, name);
  if (!found.ok) return found;
  const opened = await openBundleFile(machine, found.value);
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/**
 * Opens a bundle, which the caller closes; `path` where it does not lie at its name. A compressed one is unpacked into
 * a temporary directory: an install keeps its bundle in the datastore.
 */
export async function openBundleFile(
  machine: Machine,
  name: string,
  path?: string,
): Promise<Result<OpenSource>> {
  const { platform, environment } = machine;
  const opened = openInput(platform.files, environment.workingDirectory, name, path);
  if (!opened.ok) return opened;
  const kind = await bundleKind(opened.value);
  if (kind.ok && kind.value === "plain") return opened;
  try {
    return kind.ok ? await openUnpacked(machine, opened.value) : kind;
  } finally {
    opened.value.close();
  }
}

/**
 * A failure where the file is no bundle at its first bytes. An Artifact is a tar as well: whoever reads on tells it.
 */
export async function bundleKind(source: ByteSource): Promise<Result<"gzip" | "plain">> {
  const kind = await kindOfInput(source);
  if (!kind.ok) return kind;
  if (kind.value === "text") return fail(noBundle(source.name));
  return ok(kind.value === "gzip" ? "gzip" : "plain");
}

/** The file has no name while it is used: however this process ends, it leaves nothing behind then. */
async function openUnpacked(machine: Machine, source: ByteSource): Promise<Result<OpenSource>> {
  const { platform, signal } = machine;
  const { files } = platform;
  const directory = files.makeTemporaryDirectory("orchestrator-bundle-");
  try {
    const path = join(directory, "bundle.tar");
    const showing = showingRead(machine, source.name);
    const unpacked = await showing("unpacking", source.size, (count) =>
      unpackGzip(untilTold(signal, countedSource(source, count)), path, files),
    );
    if (!unpacked.ok) return unpacked;
    const plain = files.openSource(path);
    return ok({
      name: source.name,
      size: plain.size,
      read: (...args) => plain.read(...args),
      close: () => plain.close(),
    });
  } finally {
    files.remove(directory);
  }
}
