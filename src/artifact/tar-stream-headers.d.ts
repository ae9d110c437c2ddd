/** The part of tar-stream that decodes and encodes headers, for which its own types have no words. */
declare module "tar-stream/headers.js" {
  export interface DecodedHeader {
    /** With the prefix; bytes that are not UTF-8 are replaced. */
    readonly name: string;
    /** Bytes. Null where it is written in a way that tar-stream does not know. */
    readonly size: number | null;
    /** Null where tar-stream does not know the type flag. */
    readonly type: string | null;
  }

  /** Null for a block of zeros; throws where the sum is wrong or the format unknown. */
  export function decode(block: Uint8Array, nameEncoding: "utf-8"): DecodedHeader | null;
  export function decodePax(content: Uint8Array): Readonly<Record<string, string>>;
  export function decodeLongPath(content: Uint8Array, nameEncoding: "utf-8"): string;
  export function encodePax(header: {
    readonly name: string;
    readonly pax: Readonly<Record<string, string>>;
  }): Uint8Array;
}
