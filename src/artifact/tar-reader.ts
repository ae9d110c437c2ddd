import { decode, decodeLongPath, decodePax, type DecodedHeader } from "tar-stream/headers.js";
import {
  auditAlone,
  auditEnd,
  auditExtendedSize,
  auditHeader,
  auditLongPath,
  auditMagic,
  auditNothingOwed,
  auditPadding,
  auditPax,
  isZero,
} from "./tar-audit.ts";
import { blockBytes, field, paddingOf } from "./tar-header.ts";

/** One entry of a tar, told before its content. */
export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** Bytes of the content. */
  readonly size: number;
}

/** Where headers come from: a stream, or a file that is read by offset. */
export interface BlockInput {
  /** Exactly `length` bytes; ArtifactError where the input ends before. */
  take(length: number): Promise<Uint8Array>;
}

/**
 * The next entry's header; null at the end-of-archive blocks. tar-stream decodes, and the audit refuses what it would
 * overlook. Not tar-stream's `extract`, which runs ahead of whoever judges the entries: see docs/decisions.md.
 */
export async function nextEntry(file: string, input: BlockInput): Promise<TarEntry | null> {
  let extended: Extended = {};
  for (;;) {
    const isExtended = Object.keys(extended).length > 0;
    const block = await input.take(blockBytes);
    if (isZero(block)) {
      auditNothingOwed(file, isExtended);
      auditEnd(file, await input.take(blockBytes));
      return null;
    }
    auditMagic(file, block);
    const header = auditHeader(file, block, decoded(block));
    const type = typeOf(block, header);
    switch (type) {
      case "pax-header":
        auditAlone(file, isExtended);
        extended = readPax(file, await contentOf(file, input, header.size));
        break;
      case "gnu-long-path":
        auditAlone(file, isExtended);
        extended = { name: readLongPath(file, await contentOf(file, input, header.size)) };
        break;
      default:
        return {
          name: extended.name ?? header.name,
          kind: kinds[type] ?? "other",
          size: extended.size ?? header.size,
        };
    }
  }
}

/** Reads what pads a content of `size` bytes. */
export async function takePadding(file: string, input: BlockInput, size: number): Promise<void> {
  auditPadding(file, await input.take(paddingOf(size)));
}

const kinds: Readonly<Record<string, TarEntry["kind"]>> = {
  file: "file",
  link: "link",
  symlink: "link",
  directory: "directory",
};

interface Extended {
  readonly name?: string;
  readonly size?: number;
}

function decoded(block: Uint8Array): DecodedHeader | null {
  try {
    return decode(block, "utf-8");
  } catch {
    return null;
  }
}

/** tar-stream takes `N`, in which a GNU tar of old wrote renamed files, for a long name, too. */
function typeOf(block: Uint8Array, header: DecodedHeader): string {
  const isOfOld = block[field.flag[0]] === "N".charCodeAt(0);
  return isOfOld ? "other" : (header.type ?? "other");
}

async function contentOf(file: string, input: BlockInput, size: number): Promise<Uint8Array> {
  auditExtendedSize(file, size);
  const content = await input.take(size);
  await takePadding(file, input, size);
  return content;
}

function readLongPath(file: string, content: Uint8Array): string {
  auditLongPath(file, content);
  return decodeLongPath(content, "utf-8");
}

function readPax(file: string, content: Uint8Array): Extended {
  auditPax(file, content);
  const { path, size } = decodePax(content);
  return {
    ...(path === undefined ? {} : { name: path }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}
