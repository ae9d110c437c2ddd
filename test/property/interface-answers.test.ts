import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ComponentId } from "../../src/core/ids.ts";
import { answers } from "../../src/core/protocol.ts";
import {
  readIdentity,
  readInventory,
  readProvides,
  readWord,
} from "../../src/interface/answers.ts";
import { componentDirectory } from "../../src/interface/component-directory.ts";
import { lineReader, outputLimits } from "../../src/interface/log-lines.ts";

const printed = (bytes: Uint8Array) => ({ by: "board", bytes });
const encoded = (text: string) => new TextEncoder().encode(text);

/** Any bytes, and text that comes near to an answer. */
const anything = fc.oneof(
  fc.uint8Array(),
  fc
    .array(
      fc.constantFrom(
        "id=",
        "Yes",
        "No",
        "\n",
        "\r",
        " ",
        "=",
        "a",
        "\0",
        "é",
        "device_type",
        "\t",
      ),
    )
    .map((parts) => encoded(parts.join(""))),
);

const key = fc.stringMatching(/^[a-z0-9._-]{1,20}$/).filter((each) => each !== "device_type");
const value = fc.stringMatching(/^([!-~é]([ -~é]{0,10}[!-~é])?)?$/);

describe("whatever an Interface prints", () => {
  test("each reader takes it or says why not, and never throws", () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        const results = [
          readIdentity(printed(bytes)),
          readProvides("board", printed(bytes)),
          readInventory(printed(bytes)),
          readWord("SupportsRollback", printed(bytes)),
        ];
        for (const result of results) {
          expect(result.ok || result.problems.length > 0).toBe(true);
        }
      }),
    );
  });

  test("only the protocol's own words are words", () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        const result = readWord("NeedsArtifactReboot", printed(bytes));
        if (!result.ok) return;
        const exact = ["", ...answers.NeedsArtifactReboot.flatMap((word) => [word, `${word}\n`])];
        expect(exact).toContain(new TextDecoder().decode(bytes));
      }),
    );
  });
});

test("what is printed as key=value is read as it was", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (pairs) => {
      const all = new Map([...pairs, ["rootfs-image.board.version", "v1"]]);
      const text = [...all].map(([name, each]) => `${name}=${each}\n`).join("");
      expect(readProvides("board", printed(encoded(text)))).toEqual({ ok: true, value: all });
    }),
  );
});

test("an inventory keeps every value of every key in order", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
      const text = pairs.map(([name, each]) => `${name}=${each}\n`).join("");
      const read = readInventory(printed(encoded(text)));
      const names = [...new Set(pairs.map(([name]) => name))];
      const expected = names.map((name) => [
        name,
        pairs.filter(([other]) => other === name).map(([, each]) => each),
      ]);
      expect(read.ok ? [...read.value] : null).toEqual(expected);
    }),
  );
});

describe("the directory of a Component", () => {
  const id = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 256 }),
      fc.string({ unit: fc.constantFrom("a", "A", ".", "/", "%", "4", "1", "~"), minLength: 1 }),
    )
    .filter((text) => ComponentId.safeParse(text).success)
    .map((text) => ComponentId.parse(text));

  test("is one safe part of a path, in lower case", () => {
    fc.assert(
      fc.property(id, (each) => {
        expect(componentDirectory(each)).toMatch(/^[a-z0-9_%~-][a-z0-9._%~-]{0,119}$/);
      }),
    );
  });

  test("differs for different Components", () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(componentDirectory(a) === componentDirectory(b)).toBe(a === b);
      }),
    );
  });
});

test("a log comes out in the same lines however it was cut into pieces", () => {
  const log = fc.string({ unit: fc.constantFrom("a", "é", "\n", "日", "x".repeat(3000)) });
  fc.assert(
    fc.property(log, fc.array(fc.nat()), (text, cuts) => {
      const bytes = encoded(text);
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
      edges.sort((a, b) => a - b);
      const lines: string[] = [];
      const reader = lineReader((line) => lines.push(line));
      for (const [at, edge] of edges.entries())
        reader.take(bytes.subarray(edges[at - 1] ?? 0, edge));
      reader.end();

      const wanted = text.replace(/\n$/, "").split("\n");
      if (text === "") wanted.pop();
      expect(lines).toHaveLength(wanted.length);
      for (const [at, line] of lines.entries()) {
        const whole = wanted[at] ?? "";
        const isOverlong = encoded(whole).length > outputLimits.line;
        expect(isOverlong ? line.endsWith("(cut: longer than 4096 bytes)") : line === whole).toBe(
          true,
        );
      }
    }),
  );
});
