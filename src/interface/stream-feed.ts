import { join } from "node:path";
import type { PayloadStream } from "../artifact/types.ts";
import { FileError, type Pipes, type Pumped } from "../platform/types.ts";
import { asTransferError } from "./transfer-error.ts";

/** What the streams are offered by, and where. */
export interface Offer {
  readonly pipes: Pipes;
  readonly workDir: string;
  readonly withSizes: boolean;
  /** The first stream, taken from `payload` already. */
  readonly first: IteratorResult<PayloadStream>;
  readonly payload: AsyncIterator<PayloadStream>;
  /** Aborted when the Interface has ended: nobody will come any more. */
  readonly over: AbortSignal;
  /** Ends the Interface and all its children. */
  readonly endInterface: () => Promise<void>;
}

/** How far the Interface got with the streams. */
export type OfferEnd =
  /** It never asked for one. */
  | { readonly kind: "ignored" }
  /** It was told that there are no more. What it left unread can be counted once it has ended. */
  | { readonly kind: "finished"; readonly countUnread: () => number }
  /** It asked, and stopped before the end. */
  | { readonly kind: "abandoned"; readonly during: string | null }
  /** The source failed; the Interface has been ended. */
  | { readonly kind: "broken"; readonly error: unknown };

export const nextPipe = "stream-next";
export const streamsDirectory = "streams";

/** Of how many streams we keep an end open, to see later whether they were read whole. */
const keptOpen = 8;

/** Offers one stream after the other, as the essay in streams.ts has it. Never throws for what an Interface does. */
export async function offerStreams(offer: Offer): Promise<OfferEnd> {
  const { pipes, workDir, over } = offer;
  const written: Pumped[] = [];
  const source: { failure: { readonly error: unknown } | null } = { failure: null };
  let during: string | null = null;
  let wasAsked = false;

  async function breakOff(error: unknown) {
    source.failure = { error };
    await offer.endInterface();
  }

  async function offerAll(): Promise<void> {
    for (let next = offer.first; ; next = await following(offer.payload, breakOff)) {
      const ask = await pipes.openForWrite(join(workDir, nextPipe), over);
      wasAsked = true;
      if (next.done === true) {
        pipes.close(ask);
        pipes.releaseAndRemove([join(workDir, nextPipe)]);
        return;
      }
      const { name, size, content } = next.value;
      during = name;
      pipes.writeLine(ask, offer.withSizes ? `${pathOf(name)} ${size}\n` : `${pathOf(name)}\n`);
      const pipe = join(workDir, pathOf(name));
      const stream = await pipes.openForWrite(pipe, over);
      written.push(await pipes.pump(stream, content, over, breakOff));
      // Whoever wants to read it a second time gets nothing at once, instead of waiting for ever.
      pipes.releaseAndRemove([pipe]);
      if (written.length > keptOpen && (written.shift()?.unread() ?? 0) > 0) throw new Unread();
      during = null;
    }
  }

  const countUnread = () => written.splice(0).reduce((sum, each) => sum + each.unread(), 0);
  try {
    await offerAll();
    return { kind: "finished", countUnread };
  } catch (error) {
    countUnread();
    if (source.failure !== null) return { kind: "broken", error: source.failure.error };
    if (isOfInterface(error) || over.aborted) {
      return wasAsked ? { kind: "abandoned", during } : { kind: "ignored" };
    }
    await offer.endInterface();
    return { kind: "broken", error: asTransferError("target", error) };
  }
}

/** The name of a stream's pipe in the work dir. */
export function pathOf(name: string): string {
  return `${streamsDirectory}/${name}`;
}

class Unread extends Error {}

/** Whether the Interface brought the pipes into this state: it stopped reading, or removed or replaced them. */
function isOfInterface(error: unknown): boolean {
  if (error instanceof Unread) return true;
  return error instanceof FileError && ["EPIPE", "ENOENT", "EINVAL", "ELOOP"].includes(error.code);
}

/** The next stream, or the end; to tell the end all of the Artifact has been checked. */
async function following(
  payload: AsyncIterator<PayloadStream>,
  breakOff: (error: unknown) => Promise<void>,
): Promise<IteratorResult<PayloadStream>> {
  try {
    return await payload.next();
  } catch (error) {
    await breakOff(error);
    throw error;
  }
}
