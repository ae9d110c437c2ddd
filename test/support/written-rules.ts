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
  /** Of transition states; none: whatever the rules allow may be passed. */
  readonly tables: readonly SaidTable[];
  /** Null: every state may be rested in that pleases the rules. */
  readonly ends: SaidTable | null;
  readonly manifest: string;
  /** The device's own file, with some of the rules, tables and limits; null: it has none. */
  readonly device: string | null;
  readonly state: string;
}

/** A table that asks for versions and facts of whoever sits in its seats. */
interface SaidTable {
  readonly seats: readonly {
    readonly type: string;
    readonly id: string | null;
    readonly asksVersion: boolean;
    readonly asksFact: boolean;
  }[];
  readonly allowByDefault: boolean;
  readonly sharing: string | null;
  readonly rows: readonly {
    /** For each seat. */
    readonly cells: readonly { readonly version: SaidCell; readonly fact: SaidCell }[];
    readonly verdict: "YES" | "NO" | "n/a";
  }[];
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
  const { ends, boards } = system;
  const isEnd =
    ends === null ||
    ends.rows.some(({ cells }) =>
      ends.seats.every(({ type }, seat) =>
        boards.every(
          (board, at) =>
            board.type !== type ||
            (cells[seat]?.version.matches(state[at] ?? "?") === true &&
              cells[seat].fact.matches(hwOf(board))),
        ),
      ),
    );
  return (
    isEnd &&
    system.rules
      .filter(({ holds }) => holds !== "in_transit")
      .every((rule) => broken(system, rule, state).length === 0)
  );
}

/** Whether some row of the end states asks for the facts that the boards have. */
export function hasEndRow({ ends, boards }: WrittenSystem): boolean {
  return (
    ends === null ||
    ends.rows.some(({ cells }) =>
      ends.seats.every(({ type }, seat) =>
        boards.every(
          (board) => board.type !== type || cells[seat]?.fact.matches(hwOf(board)) === true,
        ),
      ),
    )
  );
}

const hwOf = ({ facts }: Board) => facts["hw"] ?? "?";

/** What has not moved since the start is no reason to refuse. `resting`: all states that may be rested in. */
export function mayPass(
  system: WrittenSystem,
  state: Versions,
  resting: readonly Versions[],
): boolean {
  const hasMoved = (choice: readonly number[]) =>
    choice.some((at) => state[at] !== system.boards[at]?.version);
  return (
    system.tables.every((table) =>
      choicesOf(system, table.seats, table.sharing)
        .filter((choice) => hasMoved(choice.filter((_, at) => table.seats[at]?.asksVersion)))
        .every((choice) => isAccepted(system, table, choice, state, resting)),
    ) &&
    system.rules
      .filter(({ holds }) => holds !== "at_rest")
      .every((rule) => !broken(system, rule, state).some(hasMoved))
  );
}

function isAccepted(
  { boards }: WrittenSystem,
  { rows, seats, allowByDefault }: SaidTable,
  choice: readonly number[],
  state: Versions,
  resting: readonly Versions[],
): boolean {
  const verdicts = rows
    .filter(({ cells, verdict }) =>
      choice.every((at, seat) => {
        const { version, fact } = cells[seat] ?? { version: anything, fact: anything };
        const board = boards[at];
        const hw = board === undefined ? "?" : hwOf(board);
        const isFact = verdict === "NO" && hw === "?" ? !fact.excludesUnknown : fact.matches(hw);
        return isFact && version.matches(state[at] ?? "?");
      }),
    )
    .map(({ verdict }) => verdict);
  if (verdicts.includes("NO")) return false;
  const own = choice.filter((_, seat) => seats[seat]?.asksVersion);
  return (
    allowByDefault ||
    verdicts.includes("YES") ||
    resting.some((end) => own.every((at) => end[at] === state[at]))
  );
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
  const seats = seatsOf(rule);
  return choicesOf(system, seats, rule.sharing).filter((choice) =>
    isBroken(system, rule, seats, choice, state),
  );
}

/** Every choice of different boards, one for each seat, that share the fact. */
function choicesOf(
  system: WrittenSystem,
  seats: readonly { readonly type: string; readonly id: string | null }[],
  sharing: string | null,
): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  const choose = (choice: readonly number[]) => {
    const seat = seats[choice.length];
    if (seat === undefined) {
      const values = choice.map((at) =>
        sharing === null ? "" : system.boards[at]?.facts[sharing],
      );
      if (new Set(values).size <= 1) found.push(choice);
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
  const rowOf = (seats: SaidTable["seats"], verdict: "YES" | "NO" | "n/a") => ({
    cells: seats.map(({ type, asksFact, asksVersion }) => ({
      version: asksVersion
        ? versionCell(types.find(({ name }) => name === type)?.versions ?? [])
        : anything,
      fact: asksFact && chance(0.7) ? factCell() : anything,
    })),
    verdict,
  });
  const tables = Array.from({ length: chance(0.5) ? between(1, 2) : 0 }, (): SaidTable => {
    const seats: SaidTable["seats"][number][] = [];
    for (let left = between(1, 3); left > 0; left -= 1) {
      const { type, id: own } = pick(boards);
      const id = chance(0.25) ? own : null;
      const isTaken = seats.some((seat) => seat.type === type && seat.id === id);
      if (isTaken && (id !== null || chance(0.5))) continue;
      const asksVersion = seats.length === 0 || isTaken || chance(0.8);
      const isBeside = seats.some(
        (seat) => seat.type === type && seat.id === id && !seat.asksVersion,
      );
      if (isBeside) continue;
      seats.push({ type, id, asksVersion, asksFact: !asksVersion || chance(0.4) });
    }
    const allowByDefault = chance(0.6);
    return {
      seats,
      allowByDefault,
      sharing: chance(0.2) ? "node" : null,
      rows: Array.from({ length: between(1, 4) }, () =>
        rowOf(seats, chance(allowByDefault ? 0.2 : 0.8) ? "YES" : pick(["NO", "n/a"] as const)),
      ),
    };
  });
  const endSeats = types
    .filter(() => chance(0.7))
    .map(({ name: type }) => ({ type, id: null, asksVersion: true, asksFact: chance(0.4) }));
  const ends: SaidTable | null =
    endSeats.length === 0 || chance(0.5)
      ? null
      : {
          seats: endSeats,
          allowByDefault: false,
          sharing: null,
          rows: Array.from({ length: between(1, 4) }, () => rowOf(endSeats, "YES")),
        };
  const isOwn = new Set<unknown>([...rules, ...limits, ...tables].filter(() => chance(0.75)));
  const saidBy = (isManifest: boolean): SaidConstraints => ({
    rules: rules.filter((one) => isOwn.has(one) === isManifest),
    limits: limits.filter((one) => isOwn.has(one) === isManifest),
    tables: tables.filter((one) => isOwn.has(one) === isManifest),
  });
  const [mine, theirs] = [saidBy(true), saidBy(false)];
  const isAny = Object.values(theirs).every((list) => list.length === 0);
  return {
    types,
    boards,
    rules,
    edges,
    limits,
    tables,
    ends,
    manifest: written(types, edges, mine, ends),
    device: isAny ? null : ["constraints:", ...constraintLines(theirs), ""].join("\n"),
    state: stateOf(boards),
  };
}

const anything: SaidCell = { text: "any", matches: () => true, excludesUnknown: false };

type SaidConstraints = Pick<WrittenSystem, "rules" | "limits" | "tables">;

function written(
  types: WrittenSystem["types"],
  edges: WrittenSystem["edges"],
  said: SaidConstraints,
  ends: SaidTable | null,
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
    ...(ends === null ? ["  end_states: any"] : ["  end_states:", ...endLines(ends)]),
    ...(said.tables.length === 0 ? ["  transition_states: any"] : []),
    ...constraintLines(said),
    "",
  ].join("\n");
}

/** The columns of a table: of each seat its version, then its fact. */
function columnsText({ seats }: SaidTable): string {
  const heads = seats.flatMap(({ type, id, asksVersion, asksFact }) => {
    const head = `${type}${id === null ? "" : `@${id}`}`;
    return [...(asksVersion ? [head] : []), ...(asksFact ? [`${head}:hw`] : [])];
  });
  return `columns: [${heads.map((head) => JSON.stringify(head)).join(", ")}]`;
}

function cellsOf({ seats }: SaidTable, { cells }: SaidTable["rows"][number]): readonly string[] {
  return seats.flatMap(({ asksVersion, asksFact }, seat) => [
    ...(asksVersion ? [JSON.stringify(cells[seat]?.version.text)] : []),
    ...(asksFact ? [JSON.stringify(cells[seat]?.fact.text)] : []),
  ]);
}

function endLines(table: SaidTable): readonly string[] {
  return [
    `    ${columnsText(table)}`,
    "    rows:",
    ...table.rows.map((row, at) => `      "r${at}": [${cellsOf(table, row).join(", ")}]`),
  ];
}

function constraintLines({ rules, limits, tables }: SaidConstraints): readonly string[] {
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
    ...(tables.length === 0 ? [] : ["  transition_states:"]),
    ...tables.flatMap((table) => [
      `    - ${columnsText(table)}`,
      `      default: ${table.allowByDefault ? "allow" : "deny"}`,
      ...(table.sharing === null ? [] : [`      sharing: ${table.sharing}`]),
      `      rows: [${table.rows
        .map((row) => `[${[...cellsOf(table, row), row.verdict].join(", ")}]`)
        .join(", ")}]`,
    ]),
    ...(rules.length === 0 ? [] : ["  rules:"]),
    ...rules.map((rule) => {
      const sharing = rule.sharing === null ? "" : `, sharing: ${rule.sharing}`;
      return `    - { ${ruleText(rule)}, holds: ${rule.holds}${sharing} }`;
    }),
    ...(limits.length === 0 ? [] : ["  limits:"]),
    ...limits.map(({ of, atMost, isShare }) => {
      const heads = of.map(({ type, id }) => (id === null ? type : `"${type}@${id}"`));
      return `    - { of: [${heads.join(", ")}], at_most: ${atMost}${isShare ? "%" : ""} }`;
    }),
  ];
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
