import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { damaged } from "../support/hostile.ts";
import { mutate, mutations } from "../support/mutations.ts";
import { parsers } from "../support/parsers.ts";

/**
 * Every parser, given what is nearly sound: it never throws and never hangs, refuses with a known code and a place in
 * the file, and takes nothing that it would not write so itself. `test/support/parsers.ts` says what each has to keep.
 */

/** What some fuzzer has found, or what is known to hurt parsers; one directory each. */
const corpus = "fixtures/corpus";

describe.each(Object.keys(parsers))("the parser of %s", (name) => {
  const { sound, complaints } = parserNamed(name);

  test("takes what is sound", async () => {
    for (const bytes of sound) expect(await complaints(bytes)).toEqual([]);
  });

  test("keeps to it with every input of the corpus", async () => {
    const directory = join(corpus, name);
    for (const file of readdirSync(directory)) {
      const bytes = new Uint8Array(readFileSync(join(directory, file)));
      expect({ file, complaints: await complaints(bytes) }).toEqual({ file, complaints: [] });
    }
  });
});

test("every parser has a corpus, and every corpus a parser", () => {
  expect(Object.keys(parsers).toSorted()).toEqual(readdirSync(corpus).toSorted());
});

test(
  "whatever is done to sound input, each parser keeps to it",
  async () => {
    const attack = fc
      .constantFrom(...Object.keys(parsers))
      .chain((name) =>
        fc.tuple(fc.constant(name), fc.oneof(damaged(parserNamed(name).sound), cut(name))),
      );
    await fc.assert(
      fc.asyncProperty(attack, async ([name, bytes]) => {
        expect(await parserNamed(name).complaints(bytes)).toEqual([]);
      }),
      fuzzing(700),
    );
  },
  fuzzingTimeout(),
);

/** Damage by blocks, as it hurts archives. */
function cut(name: string): fc.Arbitrary<Uint8Array> {
  return fc
    .constantFrom(...parserNamed(name).sound)
    .chain((bytes) => mutations(bytes.length).map((list) => mutate(bytes, list)));
}

function parserNamed(name: string) {
  const parser = parsers[name];
  if (parser === undefined) throw new Error(`there is no parser of ${name}`);
  return parser;
}
