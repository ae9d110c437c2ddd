import * as fc from "fast-check";

/** A way to damage a text of lines; the same one always does the same. Places are fractions of the whole. */
type Edit =
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "delete"; readonly at: number; readonly length: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "truncate"; readonly at: number }
  | {
      readonly kind: "repeat";
      readonly at: number;
      readonly length: number;
      readonly times: number;
    }
  | { readonly kind: "double-line"; readonly at: number; readonly to: number }
  | { readonly kind: "swap-lines"; readonly at: number; readonly to: number }
  | { readonly kind: "number"; readonly at: number; readonly text: string };

/** Nothing grows beyond this: a bit more than the largest file that is read. Bytes. */
const largest = 1_200_000;

const place = fc.double({ min: 0, max: 1, noNaN: true });

/** Mostly a few, for the sake of speed; now and then more than a parser can want. */
const many = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(2, 3, 50, 101) },
  { weight: 2, arbitrary: fc.constant(1_000) },
  { weight: 1, arbitrary: fc.constant(20_000) },
);

const words = fc.constantFrom(
  ...Array.from("*&!|>?%@`'\"{}[],:#-~<=^\t\n\r \\/.+"),
  "- ",
  ": ",
  "? ",
  "<<: *a",
  "---\n",
  "...\n",
  "&a ",
  "*a",
  "!!str ",
  "!!binary ",
  "%YAML 1.1\n",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "true",
  "|-\n",
  "  ",
  "| YES |",
  "\\|",
  ".mender",
  ">=1.2 <3",
  "\u{feff}",
  "\u2028",
  "\u0085",
  "\u0000",
  "\u001b[2J",
  "\\ud800",
  "\ufffd",
  "-----BEGIN PUBLIC KEY-----\n",
  "ENCRYPTED",
  "id=",
  "Yes",
  "0000000000",
  "aa  x\n",
);

const extreme = fc.constantFrom(
  "0",
  "-0",
  "-1",
  "1e999",
  "1e-999",
  "NaN",
  "0x10",
  "0o7",
  "010",
  "1_000",
  ".5",
  "5.",
  "+1",
  "1.0",
  "1.10",
  "2147483648",
  "9007199254740993",
  "99999999999999999999",
  "9".repeat(400),
);

/** As deep or as many as a parser may be told to go. */
const piles = fc
  .tuple(
    fc.constantFrom(
      "[",
      "{",
      '{"a":',
      "- ",
      "? ",
      "  ",
      "((",
      "!",
      "a|",
      "&a [*a,",
      "1.",
      "\n",
      ">=1 ",
    ),
    many,
  )
  .map(([piece, times]) => piece.repeat(times));

const bytes = fc.oneof(
  { weight: 4, arbitrary: words.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: piles.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 6, unit: "binary" }).map((text) => Buffer.from(text)),
  },
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), at: place, bytes }),
  fc.record({ kind: fc.constant("delete" as const), at: place, length: fc.nat(30) }),
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("truncate" as const), at: place }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at: place,
    length: fc.integer({ min: 1, max: 200 }),
    times: many,
  }),
  fc.record({ kind: fc.constant("double-line" as const), at: place, to: place }),
  fc.record({ kind: fc.constant("swap-lines" as const), at: place, to: place }),
  fc.record({ kind: fc.constant("number" as const), at: place, text: extreme }),
);

/** One of the sound inputs, damaged in a few ways; now and then any bytes at all. */
export function damaged(sound: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const near = fc
    .tuple(fc.constantFrom(...sound), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([input, edits]) => edits.reduce<Uint8Array>(apply, input));
  return fc.oneof(
    { weight: 12, arbitrary: near },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.array(bytes, { maxLength: 30 }).map((all) => Buffer.concat(all)) },
  );
}

function apply(input: Uint8Array, one: Edit): Uint8Array {
  const at = Math.floor(one.at * input.length);
  const before = input.subarray(0, at);
  const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).subarray(0, largest);
  switch (one.kind) {
    case "insert":
      return joined(before, one.bytes, input.subarray(at));
    case "delete":
      return joined(before, input.subarray(at + one.length));
    case "flip": {
      const copy = Buffer.from(input);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << one.bit);
      return copy;
    }
    case "truncate":
      return before;
    case "repeat": {
      const piece = input.subarray(at, at + one.length);
      const times = Math.min(one.times, Math.ceil(largest / Math.max(1, piece.length)));
      return joined(before, ...Array.from({ length: times }, () => piece), input.subarray(at));
    }
    case "double-line":
      return withLines(input, one, (lines, from, to) => lines.toSpliced(to, 0, lines[from] ?? ""));
    case "swap-lines":
      return withLines(input, one, (lines, from, to) =>
        lines.with(from, lines[to] ?? "").with(to, lines[from] ?? ""),
      );
    case "number":
      return withNumber(input, at, one.text);
  }
}

/** Bytes stay as they are: Latin-1 gives each a character. */
function withLines(
  input: Uint8Array,
  { at, to }: { readonly at: number; readonly to: number },
  change: (lines: string[], from: number, to: number) => readonly string[],
): Uint8Array {
  const lines = Buffer.from(input).toString("latin1").split("\n");
  const index = (fraction: number) =>
    Math.min(lines.length - 1, Math.floor(fraction * lines.length));
  return Buffer.from(change(lines, index(at), index(to)).join("\n"), "latin1");
}

/** The next number behind `at` becomes another one. */
function withNumber(input: Uint8Array, at: number, text: string): Uint8Array {
  const behind = Buffer.from(input.subarray(at))
    .toString("latin1")
    .replace(/[0-9][0-9.]*/, text);
  return Buffer.concat([input.subarray(0, at), Buffer.from(behind, "latin1")]);
}
