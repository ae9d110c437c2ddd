import { describe, expect, it } from "vitest";
import {
  type Bounds,
  check,
  type Checked,
  type GivenUp,
} from "../../../../src/simulate/checker/check.ts";
import type { Model } from "../../../../src/simulate/checker/model.ts";

/** A walker on a line counts up to ten; a fault throws it back to a half, or to the place before. */
const walk: Model<number, string> = {
  initial: 0,
  onward: (place) => (place % 10 === 9 ? null : place + 1),
  *faults(place) {
    yield { told: `half of ${place}`, next: Math.floor(place / 2) };
    yield { told: `off from ${place}`, next: place + 10 };
  },
  atEnd: (place) => ({ key: `end ${place}`, found: `ends at ${place}` }),
  atStep: (before, after) =>
    after === before + 10 && before >= 10 ? { key: `far`, found: `far off` } : null,
  packed: () => {
    const ints = new Int32Array(2);
    return {
      ints,
      length: 2,
      pack: (place, faultsLeft) => {
        ints[0] = faultsLeft;
        ints[1] = place;
        return false;
      },
      become: (other) => {
        ints.set(other.ints);
      },
    };
  },
};

function checked(bounds: Bounds, stop: GivenUp | null = null): Checked<string> {
  const steps = check(walk, bounds);
  for (let step = steps.next(null); ; step = steps.next(stop)) {
    if (step.done === true) return step.value;
  }
}

const told = ({ found }: Checked<string>) =>
  found.map(({ found: what, faults }) => [what, ...faults].join("; "));

describe("a check of a model", () => {
  it("meets each situation once for each number of faults that are left", () => {
    expect(checked({ faults: 0, situations: 100 })).toMatchObject({ situations: 10, faults: 1 });
    // With one left the ten of the line; with none left those, and ten further off.
    expect(checked({ faults: 1, situations: 100 }).situations).toBe(30);
  });

  it("tells what it finds with the fewest faults, and that of fewer faults first", () => {
    expect(told(checked({ faults: 2, situations: 1000 }))).toEqual([
      "ends at 9",
      "ends at 19; off from 0",
      "far off; off from 0; off from 10",
      "ends at 29; off from 0; off from 10",
    ]);
  });

  it("gives up at the limit of situations, and tells what it has found and covered", () => {
    expect(checked({ faults: 2, situations: 30 }).givenUp).toBe("situations");
    expect(checked({ faults: 1, situations: 30 }).givenUp).toBeNull();
    const { situations, faults, givenUp, found } = checked({ faults: 1, situations: 29 });
    expect({ situations, faults, givenUp }).toEqual({
      situations: 29,
      faults: 1,
      givenUp: "situations",
    });
    expect(found).toContainEqual({ found: "ends at 9", faults: [] });
  });

  it("gives up where it is told to", () => {
    const endless: Model<number, string> = {
      ...walk,
      onward: (place) => place + 1,
      faults: () => [],
    };
    const steps = check(endless, { faults: 0, situations: 1_000_000 });
    expect(steps.next(null).value).toMatchObject({ faults: 0, situations: 512 });
    expect(steps.next("memory")).toMatchObject({ done: true, value: { givenUp: "memory" } });
  });
});
