import { describe, expect, it } from "vitest";
import { inOrder } from "../../../src/core/in-order.ts";

describe("many things at once", () => {
  it("give their results in the order of the things, whichever is done first", async () => {
    const gates = [1, 2, 3].map(gate);
    const all = inOrder(gates, 3, async ({ passed, number }) => {
      await passed;
      return number;
    });
    for (const { open } of gates.toReversed()) open();

    expect(await all).toEqual([1, 2, 3]);
  });

  it("are never more than was said", async () => {
    let working = 0;
    let most = 0;
    await inOrder([1, 2, 3, 4, 5, 6, 7], 2, async () => {
      working += 1;
      most = Math.max(most, working);
      await Promise.resolve();
      working -= 1;
    });

    expect(most).toBe(2);
  });

  it("begin no further one once one has thrown", async () => {
    const begun: number[] = [];
    const second = gate(2);
    const all = inOrder([1, 2, 3, 4, 5], 2, async (number) => {
      begun.push(number);
      if (number === 2) await second.passed;
      else throw new Error(`${number} is broken`);
    });

    await expect(all).rejects.toThrow("1 is broken");
    second.open();
    // Every turn that a worker could take is over.
    await new Promise((settle) => setImmediate(settle));
    expect(begun).toEqual([1, 2]);
  });

  it("may be none", async () => {
    expect(await inOrder([], 2, (item) => Promise.resolve(item))).toEqual([]);
  });
});

function gate(number: number) {
  let open: () => void = () => {};
  const passed = new Promise<void>((settle) => {
    open = settle;
  });
  return { number, passed, open: () => open() };
}
