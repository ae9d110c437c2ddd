import { join } from "node:path";
import { isGzip, unpackGzip } from "../bundle/unpack.ts";
import type { Result } from "../core/result.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Context } from "./context.ts";
import { openInput } from "./input-files.ts";

/** Opens a file for the time of use; `path` where it does not lie at its name. */
export async function withInput<T>(
  { platform, environment }: Context,
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
  context: Context,
  name: string,
  use: (plain: ByteSource) => Promise<Result<T>>,
  path?: string,
): Promise<Result<T>> {
  return withInput(
    context,
    name,
    async (source) =>
      (await isGzip(source)) ? await withUnpacked(context, source, use) : await use(source),
    path,
  );
}

async function withUnpacked<T>(
  { platform: { files } }: Context,
  source: ByteSource,
  use: (plain: ByteSource) => Promise<Result<T>>,
): Promise<Result<T>> {
  const directory = files.makeTemporaryDirectory("orchestrator-bundle-");
  try {
    const path = join(directory, "bundle.tar");
    const unpacked = await unpackGzip(source, path, files);
    if (!unpacked.ok) return unpacked;
    const plain = files.openSource(path);
    try {
      return await use({
        name: source.name,
        size: plain.size,
        read: (...args) => plain.read(...args),
      });
    } finally {
      plain.close();
    }
  } finally {
    files.remove(directory);
  }
}
