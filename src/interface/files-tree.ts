import { join } from "node:path";
import type { PayloadStream } from "../artifact/types.ts";
import { FileError, type Files } from "../platform/types.ts";
import { onTarget, TargetError } from "./target-error.ts";

export const filesDirectory = "files";

/**
 * Stores the payload files durably under `files/`. What the source throws comes through, what the work dir throws as
 * TargetError; in both cases nothing stays, because a file that is not verified must not be found there.
 */
export async function storeFiles(
  files: Files,
  workDir: string,
  first: IteratorResult<PayloadStream>,
  payload: AsyncIterator<PayloadStream>,
  signal: AbortSignal,
): Promise<void> {
  const directory = join(workDir, filesDirectory);
  await onTarget(() => files.makeDirectory(directory));
  try {
    for (let next = first; next.done !== true; next = await payload.next()) {
      await storeFile(files, join(directory, next.value.name), next.value.content, signal);
    }
    await onTarget(() => files.syncDirectory(directory));
  } catch (error) {
    await onTarget(() => files.remove(directory));
    throw error;
  }
}

async function storeFile(
  files: Files,
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  let isOfSource = false;
  async function* watched() {
    try {
      for await (const chunk of content) {
        signal.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      isOfSource = true;
      throw error;
    }
  }
  try {
    await files.writeStream(path, watched());
  } catch (error) {
    throw error instanceof FileError && !isOfSource ? new TargetError(error) : error;
  }
}
