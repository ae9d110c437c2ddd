import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { needs } from "../../support/needs.ts";
import { usualShells as shells } from "../../support/shells.ts";
import { shippedGate } from "../../support/shipped-gates.ts";

const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const minutesOfDay = 1440;

interface Window {
  /** Numbers from 0, Monday, to 6. */
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

const time = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** Minute by minute, without any arithmetic over midnight. */
function isOpenAt({ days, from, to }: Window, minuteOfWeek: number): boolean {
  return days.some((day) => {
    const length = to > from ? to - from : to + minutesOfDay - from;
    const begin = day * minutesOfDay + from;
    const into = (minuteOfWeek - begin + 14 * minutesOfDay) % (7 * minutesOfDay);
    return into < length;
  });
}

const window: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
  from: fc.nat({ max: minutesOfDay - 1 }),
  to: fc.nat({ max: minutesOfDay - 1 }),
});

describe.skipIf(!needs("dash") || !needs("busybox")).each(shells)("in $name", ({ command }) => {
  const gate = shippedGate(
    "window",
    command,
    {
      date: 'printf "%s\\n" "$TZ" > "${0%/*}/zone"; cat "${0%/*}/now"',
    },
    afterAll,
  );
  const ask = (conf: string, now: string) => {
    gate.configure(conf);
    writeFileSync(gate.path("programs/now"), `${now}\n`);
    const { status, stdout } = gate.ask();
    return { status, lines: stdout.trimEnd().split("\n") };
  };

  test.each([
    ["22:00", "1 22:00", 0],
    ["the night behind it", "2 04:59", 0],
    ["its end", "2 05:00", 75],
    ["a minute before", "1 21:59", 75],
    ["the morning of its first day", "1 04:00", 75],
    ["the night of Friday to Saturday", "6 03:00", 0],
    ["the weekend", "7 12:00", 0],
  ])("a window of working nights and Sundays at %s", (_, now, status) => {
    expect(ask("open Mon-Fri 22:00-05:00\nopen Sun 00:00-24:00\n", now).status).toBe(status);
  });

  test("not now tells when it opens, and wants to be asked then, or in an hour", () => {
    const conf = "# nights\nzone Europe/Berlin\nopen Fri,Sat 23:30-01:00";
    expect(ask(conf, "5 22:45")).toEqual({
      status: 75,
      lines: ["the maintenance window is closed; it opens in 0 h 45 min", "retry-after=2700"],
    });
    expect(ask(conf, "7 08:09").lines).toEqual([
      "the maintenance window is closed; it opens in 135 h 21 min",
      "retry-after=3600",
    ]);
    expect(readFileSync(gate.path("programs/zone"), "utf8")).toBe("Europe/Berlin\n");
  });

  test.each(["UTC", "Etc/GMT+5", "EST5EDT", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30"])(
    "knows the time zone %s",
    (zone) => {
      expect(ask(`zone ${zone}\nopen Mon 11:00-13:00`, "1 12:00").status).toBe(0);
      expect(readFileSync(gate.path("programs/zone"), "utf8")).toBe(`${zone}\n`);
    },
  );

  test("any windows at any minute of the week", () => {
    const minute = fc.nat({ max: 7 * minutesOfDay - 1 });
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), minute, (windows, at) => {
        const conf = windows.map(({ days, from, to }) => {
          const names = days.map((day) => dayNames[day]).join(",");
          return `open ${names} ${time(from)}-${time(to)}\n`;
        });
        const now = `${Math.floor(at / minutesOfDay) + 1} ${time(at % minutesOfDay)}`;
        const isOpen = windows.some((one) => isOpenAt(one, at));
        expect(ask(conf.join(""), now).status).toBe(isOpen ? 0 : 75);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [
      "open Monday 22:00-23:00",
      `window.conf:1: "Monday" is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun`,
    ],
    ["open Mon 22-23", `window.conf:1: "22" is no time; write it as 22:00`],
    ["open Mon 22:00", `window.conf:1: "22:00" is no time span; write it as 22:00-05:00`],
    [
      "open Mon 11:00-13:00\nopen Tue 22:00",
      `window.conf:2: "22:00" is no time span; write it as 22:00-05:00`,
    ],
    ["zone\nopen Mon 22:00-23:00", `window.conf:1: the time zone "" is not known here`],
    ["zone posix\nopen Mon 22:00-23:00", `window.conf:1: the time zone "posix" is not known here`],
    [
      "zone Mars/Olympus\nopen Mon 22:00-23:00",
      `window.conf:1: the time zone "Mars/Olympus" is not known here`,
    ],
    [
      "zone Etc/GMT+50\nopen Mon 22:00-23:00",
      `window.conf:1: the time zone "Etc/GMT+50" is not known here`,
    ],
    [
      "zone Europe/Berlin2\nopen Mon 22:00-23:00",
      `window.conf:1: the time zone "Europe/Berlin2" is not known here`,
    ],
    [
      "zone ../../../etc/hostname\nopen Mon 22:00-23:00",
      `window.conf:1: the time zone "../../../etc/hostname" is not known here`,
    ],
    [
      "zone America/New York\nopen Mon 11:00-13:00",
      `window.conf:1: the time zone "America/New York" is not known here`,
    ],
    [
      "zone UTC in winter\nopen Mon 11:00-13:00",
      `window.conf:1: the time zone "UTC in winter" is not known here`,
    ],
    [
      "zone tzdata.zi\nopen Mon 11:00-13:00",
      `window.conf:1: the time zone "tzdata.zi" is not known here`,
    ],
    [
      "zone CET-100\nopen Mon 11:00-13:00",
      `window.conf:1: the time zone "CET-100" is not known here`,
    ],
    [
      "zone UTC\nopen Mon 11:00-13:00\nzone CET",
      "window.conf:3: there is a time zone in line 1 already; leave one of them out",
    ],
    [
      "open Mon 11:00-13:00\nopen Tues 22:00-23:00",
      `window.conf:2: "Tues" is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun`,
    ],
    ["open Mon 11:00-13:00\nopen Tue 22-23", `window.conf:2: "22" is no time; write it as 22:00`],
    ["shut Mon 22:00-23:00", `window.conf:1: "shut" is not known; write zone or open`],
    ["zone UTC", `window.conf: it has no line "open DAYS FROM-TO"`],
  ])("%j is refused with what is wrong about it", (conf, message) => {
    expect(ask(conf, "1 12:00")).toEqual({ status: 1, lines: [message] });
  });
});

test.skipIf(!needs("dash"))("without its file nothing is updated", () => {
  const gate = shippedGate("window", ["dash"], {});
  const { status, stdout } = gate.ask();
  expect([status, stdout]).toEqual([
    1,
    `there is no file "${gate.path("conf/gates/window.conf")}", which says when updates may be made\n`,
  ]);
});
