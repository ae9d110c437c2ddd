import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../../src/core/json.ts";

const nested = (levels: number, open = "[", close = "]") =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

test("what is nested deep is refused as JSON that is none, before anybody runs out of stack", () => {
  expect(parseJson(nested(3))).toEqual([[[1]]]);
  expect(() => parseJson(nested(1000))).not.toThrow();
  for (const levels of [1001, 100_000, 4_000_000])
    expect(() => parseJson(nested(levels))).toThrow(SyntaxError);
  expect(() => parseJson(nested(5000, '{"a":', "}"))).toThrow(SyntaxError);
});

test("signs within a text nest nothing", () => {
  for (const text of ["[".repeat(5000), '"['.repeat(2000), `\\${"{".repeat(2000)}`])
    expect(parseJson(JSON.stringify([text]))).toEqual([text]);
});

test("all else is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("a number that no parser can hold is none", () => {
  expect(() => parseJson("[1e999]")).toThrow(SyntaxError);
});
