import { expect, test } from "vitest";
import { relay } from "../../../src/interface/relay.ts";

test("whoever gives a chunk waits until the other side has done with it", async () => {
  const passing = relay<string>();
  const told: string[] = [];
  const other = (async () => {
    for await (const chunk of passing.chunks) {
      told.push(`${chunk} taken`);
      await Promise.resolve();
      told.push(`${chunk} used`);
    }
    told.push("the end");
  })();

  await passing.give("a");
  told.push("a given");
  await passing.give("b");
  told.push("b given");
  passing.end();
  await other;

  expect(told).toEqual(["a taken", "a used", "a given", "b taken", "b used", "b given", "the end"]);
});

test("an end that is told while a chunk still waits comes after it", async () => {
  const passing = relay<string>();
  const given = passing.give("a");
  passing.end();
  const got: string[] = [];

  for await (const chunk of passing.chunks) got.push(chunk);

  expect(got).toEqual(["a"]);
  await given;
});
