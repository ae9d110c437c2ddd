import { join } from "node:path";
import type { PayloadStream } from "../artifact/types.ts";
import type { Files, MakeRoom } from "../platform/types.ts";
import { onTarget } from "./transfer-error.ts";

export const filesDirectory = "files";

/**
 * Stores the payload files durably under `files/`. What the source throws comes through, what the work dir throws as
 * TransferError; in both cases nothing stays, because a file that is not verified must not be found there.
 */
export async function storeFiles(
  files: Files,
  workDir: string,
  first: IteratorResult<PayloadStream>,
  payload: AsyncIterator<PayloadStream>,
  makeRoom: MakeRoom | undefined,
): Promise<void> {
  const directory = join(workDir, filesDirectory);
  await onTarget(() => files.makeDirectory(directory));
  try {
    for (let next = first; next.done !== true; next = await payload.next()) {
      const path = join(directory, next.value.name);
      const { content } = next.value;
      await onTarget(() => files.writeStream(path, content, makeRoom));
    }
    await onTarget(() => files.syncDirectory(directory));
  } catch (error) {
    await onTarget(() => files.remove(directory));
    throw error;
  }
}
