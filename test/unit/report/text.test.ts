import stringWidth from "string-width";
import { expect, test } from "vitest";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { aligned, shortened } from "../../../src/report/columns.ts";
import { keyValueLines, keyValuesJson } from "../../../src/report/key-values.ts";
import { bytesText, durationText } from "../../../src/report/measures.ts";
import { counted, listed } from "../../../src/report/words.ts";

test.each([
  [0, "0.0 s"],
  [1234, "1.2 s"],
  [9_949, "9.9 s"],
  [9_950, "10 s"],
  [59_499, "59 s"],
  [59_500, "1 min 00 s"],
  [3_599_400, "59 min 59 s"],
  [14_400_000, "4 h 00 min"],
])("%d ms are told as %s", (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1024 * 1024 - 1, "1.0 MiB"],
  [268_435_456, "256.0 MiB"],
  [3 * 1024 ** 4, "3.0 TiB"],
])("%d bytes are told as %s", (bytes, expected) => {
  expect(bytesText(bytes)).toBe(expected);
});

test("columns are as wide as their widest cell, and the last one ends the line", () => {
  expect(
    aligned(
      [
        ["a", "bb", "c"],
        ["ääää", "b", "cccc"],
      ],
      stringWidth,
    ).map((cells) => cells.join("|")),
  ).toEqual(["a   |bb|c", "ääää|b |cccc"]);
  expect(shortened("abcdefgh", 6, stringWidth)).toBe("abc...");
  expect(shortened("abcdef", 6, stringWidth)).toBe("abcdef");
});

test("counts and lists read as English", () => {
  expect([counted(0, "install"), counted(1, "install")]).toEqual(["0 installs", "1 install"]);
  expect(listed(["G13"])).toBe("G13");
  expect(listed(["G13", "R456"])).toBe("G13 and R456");
  expect(listed(["G13", "R456", "R998"])).toBe("G13, R456 and R998");
});

const told = [
  {
    id: ComponentId.parse("R456"),
    type: ComponentType.parse("rtos"),
    values: new Map([
      ["bus", ["can0", "can1"]],
      ["artifact_name", ["rtos-v1"]],
    ]),
  },
  {
    id: ComponentId.parse("G13"),
    type: ComponentType.parse("gateway"),
    values: new Map([["note", ["two\u0007parts"]]]),
  },
];

test("what Components tell is sorted, and a list keeps its order", () => {
  expect(keyValueLines(told)).toEqual([
    String.raw`gateway.G13.note=two\x07parts`,
    "rtos.R456.artifact_name=rtos-v1",
    "rtos.R456.bus=can0",
    "rtos.R456.bus=can1",
  ]);
  expect(keyValuesJson(told)[0]).toEqual({
    component: "R456",
    component_type: "rtos",
    values: { artifact_name: "rtos-v1", bus: ["can0", "can1"] },
  });
});
