import type { Dice } from "./planner-random.ts";

/**
 * Rules as they are written, and what they mean told a second time: every choice of Components, every state, and no
 * tables. It shares no code with what reads and compiles them.
 */
export interface WrittenSystem {
  readonly types: readonly { readonly name: string; readonly versions: readonly string[] }[];
  readonly boards: readonly Board[];
  readonly rules: readonly Said[];
  readonly edges: ReadonlyMap<string, SaidEdges>;
  readonly limits: readonly SaidLimit[];
  readonly manifest: string;
  readonly state: string;
}

interface SaidLimit {
  readonly of: readonly { readonly type: string; readonly id: string | null }[];
  readonly atMost: number;
  readonly isShare: boolean;
}

export interface Board {
  readonly type: string;
  readonly id: string;
  /** `?`: nobody knows it. */
  readonly version: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** A cell and what it says, apart from how it is written. */
interface SaidCell {
  readonly text: string;
  readonly matches: (value: string) => boolean;
  /** `?` is spoken of, so that it is no unknown to be feared. */
  readonly excludesUnknown: boolean;
}

interface Asked {
  readonly type: string;
  readonly id: string | null;
  readonly key: string | null;
  readonly cell: SaidCell;
}

type Holds = "always" | "at_rest" | "in_transit";

type Said = { readonly holds: Holds; readonly sharing: string | null } & (
  | {
      readonly kind: "require";
      readonly when: readonly Asked[];
      readonly require: readonly Asked[];
    }
  | { readonly kind: "same"; readonly type: string; readonly part: "name" | "major" | "minor" }
  | {
      readonly kind: "compare";
      readonly ahead: string;
      /** Null: any two of `ahead`, either way. */
      readonly behind: string | null;
      readonly part: "major" | "minor";
      readonly within: number;
    }
);

interface SaidEdges {
  readonly allowByDefault: boolean;
  readonly rows: readonly {
    readonly from: SaidCell;
    readonly to: SaidCell;
    readonly hw: SaidCell;
    readonly verdict: "YES" | "NO" | "n/a";
  }[];
}

/** The versions of the boards, in their order. */
export type Versions = readonly string[];

export function mayRest(system: WrittenSystem, state: Versions): boolean {
  return system.rules
    .filter(({ holds }) => holds !== "in_transit")
    .every((rule) => broken(system, rule, state).length === 0);
}

/** What has not moved since the start is no reason to refuse. */
export function mayPass(system: WrittenSystem, state: Versions): boolean {
  const hasMoved = (choice: readonly number[]) =>
    choice.some((at) => state[at] !== system.boards[at]?.version);
  return system.rules
    .filter(({ holds }) => holds !== "at_rest")
    .every((rule) => !broken(system, rule, state).some(hasMoved));
}

/** Whether the edges let one version be installed over another. */
export function mayInstall({ edges }: WrittenSystem, board: Board, from: string, to: string) {
  const said = edges.get(board.type);
  if (said === undefined) return true;
  const hw = board.facts["hw"] ?? "?";
  const holds = (cell: SaidCell, value: string, isNo: boolean) =>
    isNo && value === "?" ? !cell.excludesUnknown : cell.matches(value);
  const verdicts = said.rows
    .filter(({ verdict, ...row }) => {
      const isNo = verdict === "NO";
      return holds(row.from, from, isNo) && holds(row.to, to, isNo) && holds(row.hw, hw, isNo);
    })
    .map(({ verdict }) => verdict);
  if (verdicts.includes("NO")) return false;
  return said.allowByDefault || verdicts.includes("YES");
}

/** Whether these boards, by index, may be updated at the same time as far as the limits go. */
export function mayGoTogether({ boards, limits }: WrittenSystem, group: readonly number[]) {
  return limits.every(({ of, atMost, isShare }) => {
    const counts = ({ type, id }: Board) =>
      of.some((one) => one.type === type && (one.id === null || one.id === id));
    const all = boards.filter(counts).length;
    // So many of a hundred, but one can always go.
    let most = isShare ? 1 : atMost;
    while (isShare && (most + 1) * 100 <= all * atMost) most += 1;
    return group.filter((at) => boards[at] !== undefined && counts(boards[at])).length <= most;
  });
}

/** The choices of boards that the rule forbids. */
function broken(system: WrittenSystem, rule: Said, state: Versions): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  const seats = seatsOf(rule);
  const choose = (choice: readonly number[]) => {
    const seat = seats[choice.length];
    if (seat === undefined) {
      const shared = rule.sharing;
      const values = choice.map((at) => (shared === null ? "" : system.boards[at]?.facts[shared]));
      if (new Set(values).size <= 1 && isBroken(system, rule, seats, choice, state))
        found.push(choice);
      return;
    }
    for (const [at, board] of system.boards.entries()) {
      const isNamedElsewhere = seats.some(
        ({ id, type }) => id !== null && type === board.type && id === board.id,
      );
      if (board.type !== seat.type || choice.includes(at)) continue;
      if (seat.id === null ? isNamedElsewhere : seat.id !== board.id) continue;
      choose([...choice, at]);
    }
  };
  choose([]);
  return found;
}

interface Seat {
  readonly type: string;
  readonly id: string | null;
  /** Which sides of the rule speak of whoever sits here. */
  readonly sides: readonly ("when" | "require")[];
}

function seatsOf(rule: Said): readonly Seat[] {
  const both = ["when", "require"] as const;
  if (rule.kind === "same") return [1, 2].map(() => ({ type: rule.type, id: null, sides: both }));
  if (rule.kind === "compare")
    return [rule.ahead, rule.behind ?? rule.ahead].map((type) => ({ type, id: null, sides: both }));
  const seats: Seat[] = [];
  for (const [side, asked] of both.flatMap((name) =>
    rule[name].map((one) => [name, one] as const),
  )) {
    const isApart =
      asked.id === null &&
      both.every((name) =>
        rule[name].some(({ type, id, key }) => type === asked.type && id === null && key === null),
      );
    const sides = isApart ? [side] : both;
    const isKnown = seats.some(
      (seat) => seat.type === asked.type && seat.id === asked.id && seat.sides.includes(side),
    );
    if (!isKnown) seats.push({ type: asked.type, id: asked.id, sides });
  }
  return seats;
}

function isBroken(
  { boards }: WrittenSystem,
  rule: Said,
  seats: readonly Seat[],
  choice: readonly number[],
  state: Versions,
): boolean {
  const versionAt = (seat: number) => state[choice[seat] ?? -1] ?? "?";
  if (rule.kind === "require") {
    const valueOf = (asked: Asked, side: "when" | "require") => {
      const seat = seats.findIndex(
        ({ type, id, sides }) => type === asked.type && id === asked.id && sides.includes(side),
      );
      const board = choice[seat] ?? -1;
      return asked.key === null ? versionAt(seat) : (boards[board]?.facts[asked.key] ?? "?");
    };
    const mayBe = (asked: Asked) => {
      const value = valueOf(asked, "when");
      return value === "?" ? !asked.cell.excludesUnknown : asked.cell.matches(value);
    };
    return (
      rule.when.every(mayBe) &&
      !rule.require.every((asked) => asked.cell.matches(valueOf(asked, "require")))
    );
  }
  const [one, other] = [versionAt(0), versionAt(1)];
  if (one === "?" || other === "?") return true;
  if (rule.kind === "same") {
    if (rule.part === "name") return one !== other;
    const [a, b] = [numberOf(one), numberOf(other)];
    return a[0] !== b[0] || (rule.part === "minor" && a[1] !== b[1]);
  }
  const [a, b] = [numberOf(one), numberOf(other)];
  const at = rule.part === "major" ? 0 : 1;
  if (at === 1 && a[0] !== b[0]) return true;
  const distance = a[at] - b[at];
  return rule.behind === null
    ? Math.abs(distance) > rule.within
    : distance < 0 || distance > rule.within;
}

/** `t0-1.2` */
function numberOf(name: string): readonly [number, number] {
  const [major = "0", minor = "0"] = name.slice(name.indexOf("-") + 1).split(".");
  return [Number(major), Number(minor)];
}

const isLess = (name: string, [major, minor]: readonly [number, number]) => {
  const [a, b] = numberOf(name);
  return a < major || (a === major && b < minor);
};

/** A few Components of a few types, with facts, and rules of every kind about them. */
export function randomRules({ between, chance, pick }: Dice): WrittenSystem {
  const types = Array.from({ length: between(1, 3) }, (_, at) => ({
    name: `t${at}`,
    versions: ["1.0", "1.2", "2.0", "2.1"].slice(0, between(2, 4)).map((one) => `t${at}-${one}`),
  }));
  const boards = Array.from({ length: between(types.length, 4) }, (_, at): Board => {
    const { name, versions } = types[at] ?? pick(types);
    const facts = {
      node: pick(["n1", "n2"]),
      ...(chance(0.8) && { hw: pick(["A", "B"]) }),
    };
    return { type: name, id: `C${at}`, version: chance(0.1) ? "?" : pick(versions), facts };
  });
  const versionCell = (versions: readonly string[]): SaidCell => {
    const [one, other] = [pick(versions), pick(versions)];
    const bound = numberOf(pick(versions));
    const number = bound.join(".");
    const known = (text: string, matches: (value: string) => boolean): SaidCell => ({
      text,
      matches: (value) => value !== "?" && matches(value),
      excludesUnknown: false,
    });
    return pick([
      known(one, (value) => value === one),
      known(`${one} | ${other}`, (value) => value === one || value === other),
      known(`!${one}`, (value) => value !== one),
      known(`>=${number}`, (value) => !isLess(value, bound)),
      known(`!>=${number}`, (value) => isLess(value, bound)),
      known(`${bound[0]}.x`, (value) => numberOf(value)[0] === bound[0]),
      known(`>=${number} !${one}`, (value) => !isLess(value, bound) && value !== one),
      known("*", () => true),
      { text: "?", matches: (value) => value === "?", excludesUnknown: false },
      { text: "any", matches: () => true, excludesUnknown: false },
      { text: "!?", matches: (value) => value !== "?", excludesUnknown: true },
    ]);
  };
  const factCell = (): SaidCell => {
    const value = pick(["A", "B"]);
    return pick([
      { text: value, matches: (is: string) => is === value, excludesUnknown: false },
      {
        text: `!${value}`,
        matches: (is: string) => is !== "?" && is !== value,
        excludesUnknown: false,
      },
      { text: "?", matches: (is: string) => is === "?", excludesUnknown: false },
      { text: "!?", matches: (is: string) => is !== "?", excludesUnknown: true },
    ]);
  };
  const side = (most: number): readonly Asked[] => {
    const asked = new Map<string, Asked>();
    for (let left = between(1, most); left > 0; left -= 1) {
      const { name: type, versions } = pick(types);
      const own = boards.filter((board) => board.type === type);
      const id = chance(0.2) ? pick(own).id : null;
      const key = chance(0.25) ? "hw" : null;
      const cell = key === null ? versionCell(versions) : factCell();
      asked.set(JSON.stringify([type, id, key]), { type, id, key, cell });
    }
    return [...asked.values()];
  };
  const rules = Array.from({ length: between(1, 3) }, (): Said => {
    const holds = pick(["always", "at_rest", "in_transit"] as const);
    const head = { holds, sharing: chance(0.2) ? "node" : null };
    const [first, second] = [pick(types).name, pick(types).name];
    const part = pick(["major", "minor"] as const);
    return pick([
      { ...head, kind: "require" as const, when: side(2), require: side(2) },
      { ...head, kind: "require" as const, when: side(1), require: side(1) },
      { ...head, kind: "same" as const, type: first, part: pick(["name", part]) },
      {
        ...head,
        kind: "compare" as const,
        ahead: first,
        behind: first === second ? null : second,
        part,
        within: between(0, 2),
      },
    ]);
  });
  const edges = new Map(
    types
      .filter(() => chance(0.4))
      .map(({ name, versions }) => [
        name,
        {
          allowByDefault: chance(0.7),
          rows: Array.from({ length: between(1, 3) }, () => ({
            from: versionCell(versions),
            to: versionCell(versions),
            hw: chance(0.5) ? factCell() : anything,
            verdict: pick(["YES", "NO", "n/a"] as const),
          })),
        },
      ]),
  );
  const limits = Array.from({ length: between(0, 2) }, (): SaidLimit => {
    const isShare = chance(0.4);
    return {
      of: Array.from({ length: between(1, 3) }, () => {
        const { type, id } = pick(boards);
        return { type, id: chance(0.4) ? id : null };
      }),
      atMost: isShare ? between(1, 100) : between(1, 3),
      isShare,
    };
  });
  const manifest = written(types, rules, edges, limits);
  return { types, boards, rules, edges, limits, manifest, state: stateOf(boards) };
}

const anything: SaidCell = { text: "any", matches: () => true, excludesUnknown: false };

function written(
  types: WrittenSystem["types"],
  rules: readonly Said[],
  edges: WrittenSystem["edges"],
  limits: WrittenSystem["limits"],
): string {
  const edgesText = (type: string): readonly string[] => {
    const said = edges.get(type);
    if (said === undefined) return [];
    const rows = said.rows.map(({ from, to, hw, verdict }) => {
      const cells = [from, to, hw].map(({ text }) => JSON.stringify(text));
      return `[${[...cells, verdict].join(", ")}]`;
    });
    return [
      "    edges:",
      `      columns: [from, to, "${type}:hw"]`,
      `      default: ${said.allowByDefault ? "allow" : "deny"}`,
      `      rows: [${rows.join(", ")}]`,
    ];
  };
  const sideText = (side: readonly Asked[]) =>
    `{ ${side
      .map(({ type, id, key, cell }) => {
        const head = `${type}${id === null ? "" : `@${id}`}${key === null ? "" : `:${key}`}`;
        return `${JSON.stringify(head)}: ${JSON.stringify(cell.text)}`;
      })
      .join(", ")} }`;
  const ruleText = (rule: Said): string => {
    if (rule.kind === "require")
      return `when: ${sideText(rule.when)}, require: ${sideText(rule.require)}`;
    if (rule.kind === "same") return `same: { ${rule.type}: ${rule.part} }`;
    const who =
      rule.behind === null
        ? `between: ${rule.ahead}`
        : `ahead: ${rule.ahead}, behind: ${rule.behind}`;
    return `compare: { ${who}, within: { ${rule.part}: ${rule.within} } }`;
  };
  return [
    "api_version: mender/v1",
    "kind: manifest",
    "name: generated",
    "system_types_compatible: [generated]",
    "component_types:",
    ...types.flatMap(({ name, versions }) => [
      `  ${name}:`,
      `    artifact_name: ${versions.at(-1) ?? ""}`,
      `    stepping_stones: [${versions
        .slice(0, -1)
        .map((version) => `{ artifact_name: ${version} }`)
        .join(", ")}]`,
      ...edgesText(name),
    ]),
    "constraints:",
    "  end_states: any",
    "  transition_states: any",
    "  rules:",
    ...rules.map((rule) => {
      const sharing = rule.sharing === null ? "" : `, sharing: ${rule.sharing}`;
      return `    - { ${ruleText(rule)}, holds: ${rule.holds}${sharing} }`;
    }),
    ...(limits.length === 0 ? [] : ["  limits:"]),
    ...limits.map(({ of, atMost, isShare }) => {
      const heads = of.map(({ type, id }) => (id === null ? type : `"${type}@${id}"`));
      return `    - { of: [${heads.join(", ")}], at_most: ${atMost}${isShare ? "%" : ""} }`;
    }),
    "",
  ].join("\n");
}

function stateOf(boards: readonly Board[]): string {
  return [
    "components:",
    ...boards.map(({ type, id, version, facts }) => {
      const told = Object.entries(facts).map(([key, value]) => `${key}: ${value}`);
      const known = version === "?" ? [] : [`rootfs-image.${type}.version: ${version}`];
      const entry = `component_type: ${type}, id: ${id}`;
      // A state file may tell facts either way.
      return id === "C0"
        ? `  - { ${entry}, version: "${version}", facts: { ${told.join(", ")} } }`
        : `  - { ${entry}, provides: { ${[...known, ...told].join(", ")} } }`;
    }),
    "",
  ].join("\n");
}
