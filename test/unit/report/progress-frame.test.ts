import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import { ComponentId, ComponentType, SystemVersion, Version } from "../../../src/core/ids.ts";
import { states } from "../../../src/core/protocol.ts";
import type { State } from "../../../src/core/protocol.ts";
import { viewLines } from "../../../src/report/progress-frame.ts";
import type { Named } from "../../../src/report/progress-lines.ts";
import { emptyView, type View, viewAfter } from "../../../src/report/progress-view.ts";
import { plainStyle } from "../../../src/report/style.ts";

const named = (id: string, type: string): Named => ({
  id: ComponentId.parse(id),
  type: ComponentType.parse(type),
});
const gateway = named("G13", "gateway");
const boards = [named("R456", "rtos"), named("R998", "rtos")];
const all = [gateway, ...boards];

const move = ({ id, type }: Named) => ({
  component: id,
  from: Version.parse(`${type}-v1`),
  to: Version.parse(`${type}-v2`),
});

/** An event, and when it comes. */
type Told = readonly [atMs: number, event: Event];

const begun = (groups: readonly (readonly Named[])[], expectedMs: number | null = null): Told[] => [
  [0, { type: "deployment-started", deployment: "d7", manifest: "m", installs: 3, expectedMs }],
  [
    0,
    {
      type: "stage-started",
      stage: 0,
      stages: 1,
      systemVersion: SystemVersion.parse("v.2"),
      groups: groups.map((group) => group.map(move)),
    },
  ],
];
const started = (atMs: number, { id, type }: Named, state: State): Told => [
  atMs,
  { type: "state-started", state, component: id, componentType: type },
];
const ended = (atMs: number, { id, type }: Named, state: State, code = 0): Told => [
  atMs,
  {
    type: "state-ended",
    state,
    component: id,
    componentType: type,
    failure: code === 0 ? null : { kind: "exited", code },
    elapsedMs: 1,
  },
];
const loaded = (atMs: number, { id }: Named, bytes: number, totalBytes: number): Told => [
  atMs,
  { type: "download-progress", component: id, bytes, totalBytes },
];

const measuring = { ...plainStyle, widthOf: stringWidth };

const viewOf = (told: readonly Told[], components: readonly Named[] = all): View =>
  told.reduce((view, [atMs, event]) => viewAfter(view, event, atMs), emptyView(components));

const shown = (view: View, nowMs: number, width = 79, height = 22): string =>
  viewLines(view, nowMs, { width, height, isUnicode: true }, measuring).join("\n");

const MiB = 1024 * 1024;

/** Half of a download in 4 s. */
const downloading = viewOf([
  ...begun([[gateway], boards], 60_000),
  started(1000, gateway, "Download"),
  loaded(2000, gateway, 2 * MiB, 16 * MiB),
  loaded(5000, gateway, 8 * MiB, 16 * MiB),
]);

describe("what a terminal shows of a deployment", () => {
  test("state, from and to, bytes of all, rate and time left, for whom it waits, and the whole", () => {
    expect(shown(downloading, 5000, 100)).toBe(
      `G13   gateway  v1 → v2  Download              8.0 MiB of 16.0 MiB, 50 %, 2.0 MiB/s, 4.0 s left
R456  rtos     v1 → v2  waiting               waits for G13
R998  rtos     v1 → v2  waiting               waits for G13
To v.2, group 1 of 2, 5.0 s, about 55 s left`,
    );
  });

  test("on 80 columns there is no rate", () => {
    expect(shown(downloading, 5000)).toBe(
      `G13   v1 → v2  Download              8.0 MiB of 16.0 MiB, 50 %, 4.0 s left
R456  v1 → v2  waiting               waits for G13
R998  v1 → v2  waiting               waits for G13
To v.2, group 1 of 2, 5.0 s, about 55 s left`,
    );
  });

  test("on 40 columns states are one word", () => {
    expect(shown(downloading, 5000, 39)).toBe(
      `G13   v1 → v2  download  50 %
R456  v1 → v2  waiting   waits for G13
R998  v1 → v2  waiting   waits for G13
To v.2, group 1 of 2, 5.0 s`,
    );
  });

  test("on 20 columns there is who, what and how far", () => {
    expect(shown(downloading, 5000, 19)).toBe(
      `G13   download
R456  waiting
R998  waiting
Group 1 of 2, 5.0 s`,
    );
  });

  test("who is done waits for who is not", () => {
    const view = viewOf([
      ...begun([all]),
      ...all.map((one) => started(0, one, "Download")),
      ended(9000, gateway, "Download"),
      ended(9000, boards[0] ?? gateway, "Download", 3),
    ]);
    expect(shown(view, 12_000)).toBe(
      `G13   v1 → v2  Download              done, waits for R998
R456  v1 → v2  Download              failed: exit status 3
R998  v1 → v2  Download              12 s
To v.2, group 1 of 1, 12 s`,
    );
  });

  test("a query is no work, unless it takes long", () => {
    const asked: Told = [
      0,
      {
        type: "state-started",
        state: "NeedsArtifactReboot",
        component: gateway.id,
        componentType: gateway.type,
      },
    ];
    const view = viewOf([...begun([[gateway]]), asked]);
    expect(shown(view, 1000).split("\n")[0]).toBe("G13  v1 → v2  waiting");
    expect(shown(view, 3000).split("\n")[0]).toBe("G13  v1 → v2  NeedsArtifactReboot   3.0 s");
  });

  test("whom the stage leaves alone has no line", () => {
    expect(shown(viewOf(begun([[gateway]])), 0)).toBe("G13  v1 → v2  waiting\nTo v.2, 0.0 s");
  });

  test("the way back is told, and nothing is estimated any more", () => {
    const view = viewOf([
      ...begun([all], 60_000),
      [3000, { type: "error-path-entered", message: "undoing" }],
      started(3000, gateway, "ArtifactRollback"),
    ]);
    expect(shown(view, 4000).split("\n").at(-1)).toBe("On the way back, 4.0 s");
  });

  test("a gate that is waited for is named, and when it is asked again", () => {
    const of = { gate: "window", moment: "group", group: 1 } as const;
    const asked: Told[] = [...begun([[gateway], boards]), [2000, { type: "gate-asked", ...of }]];
    const answered: Told[] = [
      ...asked,
      [
        3000,
        {
          type: "gate-answered",
          ...of,
          answer: "not-now",
          reason: null,
          failure: null,
          elapsedMs: 1,
        },
      ],
    ];
    const waiting: Told[] = [
      ...answered,
      [
        3000,
        {
          type: "waiting",
          deployment: "d7",
          gate: "window",
          moment: "group",
          reason: null,
          askedAgainMs: 60_000,
        },
      ],
    ];
    const last = (told: readonly Told[], nowMs: number) =>
      shown(viewOf(told), nowMs).split("\n").at(-1);
    expect(last(asked, 2500)).toBe(`Waits for the gate "window", 2.5 s`);
    expect(last(answered, 4000)).toBe("To v.2, 4.0 s");
    expect(last(waiting, 23_000)).toBe(`Waits for the gate "window", asked again in 40 s, 23 s`);
  });

  test("what takes longer than expected says so", () => {
    const view = viewOf(begun([all], 60_000));
    expect(shown(view, 90_000).split("\n").at(-1)).toBe(
      "To v.2, 1 min 30 s, longer than the 1 min 00 s expected",
    );
  });

  test("more Components than lines are folded: those at work first, the others counted", () => {
    const crowd = Array.from({ length: 50 }, (_, at) => named(`R${at}`, "rtos"));
    const [first = gateway, second = gateway] = crowd;
    const last = crowd.at(-1) ?? gateway;
    const view = viewOf(
      [
        ...begun([crowd]),
        started(0, first, "Download"),
        ended(0, first, "Download"),
        started(0, second, "Download"),
        ended(0, second, "Download", 1),
        started(0, last, "Download"),
      ],
      crowd,
    );
    expect(shown(view, 1000, 79, 5)).toBe(
      `R0   v1 → v2  Download              done, waits for R49
R1   v1 → v2  Download              failed: exit status 1
R49  v1 → v2  Download              1.0 s
and 47 more: 47 waiting
To v.2, group 1 of 1, 1.0 s`,
    );
  });
});

describe("what a terminal shows of other work", () => {
  const verifying: Event = {
    type: "work-started",
    work: "verifying",
    name: "gateway-v2.mender",
    total: { count: 16 * MiB, unit: "bytes" },
  };

  test("is what is done with what, and how far it is", () => {
    const done = { count: 4 * MiB, unit: "bytes" } as const;
    const view = viewOf([
      [0, verifying],
      [2000, { type: "work-progress", work: "verifying", name: "gateway-v2.mender", done }],
    ]);
    expect(shown(view, 2000)).toBe(
      "Verifying gateway-v2.mender  4.0 MiB of 16.0 MiB, 25 %, 2.0 MiB/s, 6.0 s left",
    );
    expect(shown(view, 2000, 39)).toBe("Verifying gateway-v2.mender  25 %");
    expect(shown(view, 2000, 24)).toBe("Verifying gatew...  25 %");
  });

  test("of a search is how much of its limit was used, and beyond that what it took", () => {
    const name = "system-core-v2";
    const unit = "search nodes";
    const looked = (count: number): Event => ({
      type: "work-progress",
      work: "planning",
      name,
      done: { count, unit },
    });
    const begin: Event = {
      type: "work-started",
      work: "planning",
      name,
      total: { count: 300_000, unit },
    };
    const within = viewOf([
      [0, begin],
      [2000, looked(5000)],
    ]);
    expect(shown(within, 2000)).toBe(
      "Planning system-core-v2  5000 of at most 300000 search nodes, 2500/s, 2.0 s",
    );
    expect(shown(within, 2000, 40)).toBe("Planning system-core-v2  2.0 s");
    const beyond = viewOf([
      [0, begin],
      [2000, looked(301_000)],
    ]);
    expect(shown(beyond, 2000)).toBe(
      "Planning system-core-v2  301000 search nodes, 150500/s, 2.0 s",
    );
  });

  test("of a simulation is how much of the memory it takes, too", () => {
    const name = "system-core-v2 with at most 2 faults";
    const view = viewOf([
      [0, { type: "work-started", work: "simulating", name, total: null }],
      [
        2000,
        {
          type: "work-progress",
          work: "simulating",
          name,
          done: { count: 5000, unit: "situations" },
          memory: { taken: 250, most: 1000 },
        },
      ],
    ]);
    expect(shown(view, 2000, 120)).toBe(
      "Simulating system-core-v2 with at most 2 faults  5000 situations, 2500/s, 25 % of the memory, 2.0 s",
    );
    expect(shown(view, 2000, 40)).toBe("Simulating system-core-v2 with...  2.0 s");
  });

  test("is gone once it has ended", () => {
    const end: Event = {
      type: "work-ended",
      work: "verifying",
      name: "gateway-v2.mender",
      elapsedMs: 9,
    };
    expect(
      shown(
        viewOf([
          [0, verifying],
          [9, end],
        ]),
        10,
      ),
    ).toBe("");
  });
});

describe("whatever the names and the terminal", () => {
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((text) => ComponentId.safeParse(text).success);
  const some = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
  const story = fc.array(
    fc.record({
      who: fc.nat(11),
      state: fc.constantFrom(...states),
      kind: fc.constantFrom("start", "load", "end", "fail"),
      bytes: fc.nat(),
    }),
    { maxLength: 20 },
  );
  const told = (components: readonly Named[], steps: readonly Step[]): readonly Told[] =>
    steps.flatMap(({ who, state, kind, bytes }, at): Told[] => {
      const one = components[who % components.length];
      if (one === undefined) return [];
      if (kind === "start") return [started(at * 1000, one, state)];
      if (kind === "load") return [loaded(at * 1000, one, Math.min(bytes, 1e9), 1e9)];
      return [ended(at * 1000, one, state, kind === "fail" ? 7 : 0)];
    });
  type Step = typeof story extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

  test("no line is wider, no more lines are drawn, and nothing moves the cursor", () => {
    fc.assert(
      fc.property(
        some,
        story,
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 12 }),
        (ids, steps, width, height) => {
          const components = ids.map((id) => named(id, "rtos"));
          const view = viewOf([...begun([components]), ...told(components, steps)], components);
          const lines = viewLines(view, 30_000, { width, height, isUnicode: true }, measuring);
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("no word is broken from 20 columns on", () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 19, max: 120 }), (steps, width) => {
        const events = [...begun([[gateway], boards], 40_000), ...told(all, steps)];
        const view = viewOf(events);
        const whole = new Set(wordsOf(shown(view, 30_000, 300)));
        for (const word of [...states, "download", "install", "reboot", "verify", "commit"]) {
          whole.add(word);
        }
        for (const word of ["clean", "up", "undo", "failure", "failed", "Group", "On"])
          whole.add(word);
        const broken = wordsOf(shown(view, 30_000, width)).filter(
          (word) => [...whole].some((full) => full.startsWith(word)) && !whole.has(word),
        );
        expect(broken).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  const wordsOf = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "");
});
