import * as fc from "fast-check";

/** A way to damage bytes; the same one always does the same. */
export type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "truncate"; readonly at: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "delete"; readonly at: number; readonly length: number }
  | { readonly kind: "zero"; readonly at: number; readonly length: number }
  | { readonly kind: "copy-block"; readonly from: number; readonly to: number }
  | { readonly kind: "swap-blocks"; readonly one: number; readonly other: number }
  /** Bytes of a tar header, its sum made right again. */
  | { readonly kind: "header"; readonly block: number; readonly at: number; readonly text: string }
  | { readonly kind: "append"; readonly bytes: Uint8Array };

const block = 512;

/** Up to three mutations for files of about `size` bytes. */
export function mutations(size: number): fc.Arbitrary<readonly Mutation[]> {
  const at = fc.nat(size);
  const aligned = fc.nat(Math.floor(size / block)).map((index) => index * block);
  const few = fc.oneof(fc.constant(block), fc.constant(2 * block), fc.nat(2000));
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.constantFrom(new Uint8Array(block), new Uint8Array(2 * block), new Uint8Array([0])),
  );
  const field = fc.constantFrom(
    0,
    99,
    100,
    108,
    116,
    124,
    129,
    134,
    136,
    156,
    157,
    257,
    263,
    265,
    329,
    345,
    499,
  );
  const text = fc.oneof(
    fc.constantFrom(
      "\0",
      "../x",
      "/x",
      "x/",
      "5",
      "2",
      "x",
      "L",
      "g",
      "S",
      "7777777",
      "\x80\0",
      "\xff\xff",
      " ",
      "-1",
      "version",
      "manifest",
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  );
  const one: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant("truncate" as const), at: fc.oneof(at, aligned) }),
    fc.record({ kind: fc.constant("insert" as const), at: fc.oneof(at, aligned), bytes }),
    fc.record({ kind: fc.constant("delete" as const), at: fc.oneof(at, aligned), length: few }),
    fc.record({ kind: fc.constant("zero" as const), at: fc.oneof(at, aligned), length: few }),
    fc.record({ kind: fc.constant("copy-block" as const), from: aligned, to: aligned }),
    fc.record({ kind: fc.constant("swap-blocks" as const), one: aligned, other: aligned }),
    fc.record({ kind: fc.constant("header" as const), block: aligned, at: field, text }),
    fc.record({ kind: fc.constant("append" as const), bytes }),
  );
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

/** The damaged bytes; the given ones stay as they are. */
export function mutate(bytes: Uint8Array, list: readonly Mutation[]): Uint8Array {
  return list.reduce<Buffer>(apply, Buffer.from(bytes));
}

function apply(bytes: Buffer, mutation: Mutation): Buffer {
  switch (mutation.kind) {
    case "flip":
      return edited(bytes, (copy) => {
        copy[mutation.at] = (copy[mutation.at] ?? 0) ^ (1 << mutation.bit);
      });
    case "truncate":
      return bytes.subarray(0, mutation.at);
    case "insert":
      return Buffer.concat([
        bytes.subarray(0, mutation.at),
        mutation.bytes,
        bytes.subarray(mutation.at),
      ]);
    case "delete":
      return Buffer.concat([
        bytes.subarray(0, mutation.at),
        bytes.subarray(mutation.at + mutation.length),
      ]);
    case "zero":
      return edited(bytes, (copy) =>
        copy.fill(
          0,
          Math.min(mutation.at, copy.length),
          Math.min(mutation.at + mutation.length, copy.length),
        ),
      );
    case "copy-block":
      return edited(bytes, (copy) => {
        put(copy, mutation.to, bytes.subarray(mutation.from, mutation.from + block));
      });
    case "swap-blocks":
      return edited(bytes, (copy) => {
        put(copy, mutation.other, bytes.subarray(mutation.one, mutation.one + block));
        put(copy, mutation.one, bytes.subarray(mutation.other, mutation.other + block));
      });
    case "header":
      return edited(bytes, (copy) => {
        const header = copy.subarray(mutation.block, mutation.block + block);
        if (header.length < block) return;
        header.write(mutation.text, mutation.at, "latin1");
        header.fill(" ", 148, 156);
        const sum = header.reduce((total, byte) => total + byte, 0);
        header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      });
    case "append":
      return Buffer.concat([bytes, mutation.bytes]);
  }
}

function edited(bytes: Buffer, edit: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  edit(copy);
  return copy.subarray(0, bytes.length);
}

/** As much of the piece as there is room for. */
function put(copy: Buffer, at: number, piece: Uint8Array): void {
  const room = copy.subarray(at, at + piece.length);
  room.set(piece.subarray(0, room.length));
}
