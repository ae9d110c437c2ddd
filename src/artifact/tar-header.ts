/** The unit of a tar: headers take one block, contents are padded to whole ones. */
export const blockBytes = 512;

/** How many bytes pad a content of `size` bytes to whole blocks. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** Two zero blocks end an archive. */
export const endBytes = 2 * blockBytes;

/** Byte ranges of the fields: POSIX.1-1988 `ustar`, which GNU's own format shares up to `prefix`. */
export const field = {
  name: [0, 100],
  mode: [100, 108],
  uid: [108, 116],
  gid: [116, 124],
  size: [124, 136],
  mtime: [136, 148],
  sum: [148, 156],
  flag: [156, 157],
  magic: [257, 265],
  major: [329, 337],
  minor: [337, 345],
  prefix: [345, 500],
} as const;

export const posixMagic = "ustar\u000000";
export const gnuMagic = "ustar  \u0000";

/** What we write into a header. */
export interface TarHeader {
  readonly name: string;
  /** The type flag: `0` a regular file, `x` an extended header. */
  readonly flag: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * The one way we write a header, so that a bundle's bytes can be demanded exactly. Null where name or size need an
 * extended one. Not tar-stream's own: that ends numbers with a blank, which every bundle made before would contradict.
 */
export function encodeHeader(header: TarHeader): Uint8Array | null {
  const name = new TextEncoder().encode(header.name);
  if (name.length > 100 || header.size > 0o77777777777) return null;
  const block = new Uint8Array(blockBytes);
  const put = (at: number, value: string) => block.set(new TextEncoder().encode(value), at);
  block.set(name);
  put(field.mode[0], "0000644\u0000");
  put(field.uid[0], "0000000\u0000");
  put(field.gid[0], "0000000\u0000");
  put(field.size[0], `${header.size.toString(8).padStart(11, "0")}\u0000`);
  put(field.mtime[0], "00000000000\u0000");
  put(field.flag[0], header.flag);
  put(field.magic[0], posixMagic);
  put(field.major[0], "0000000\u0000");
  put(field.minor[0], "0000000\u0000");
  // The sum counts its own place as blanks.
  put(field.sum[0], " ".repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(field.sum[0], `${sum.toString(8).padStart(6, "0")}\u0000 `);
  return block;
}
