import type { Provides } from "../artifact/matching.ts";
import { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import { type Answer, answers, type Query, type WordQuery } from "../core/protocol.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type KeyValue, readKeyValues } from "./key-values.ts";
import { outputLimits } from "./log-lines.ts";

/** What Provides tells of a Component, as `show-inventory` shows it: every value of every key. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

/** What was printed, and by whom: the name of the Interface, for problems. */
export interface Printed {
  readonly by: string;
  readonly bytes: Uint8Array;
}

/** Exactly one of the words of the protocol, with or without its newline; nothing printed is the default. */
export function readWord<Q extends WordQuery>(query: Q, printed: Printed): Result<Answer<Q>> {
  const text = readText(query, "answer-invalid", printed);
  if (!text.ok) return text;
  const words: readonly Answer<Q>[] = answers[query];
  const [ifNothing] = words;
  if (text.value === "" && ifNothing !== undefined) return ok(ifNothing);
  const line = text.value.replace(/\n$/, "");
  const word = words.find((each) => each === line);
  if (word !== undefined) return ok(word);
  return fail({
    code: "answer-invalid",
    message: `The Interface "${printed.by}" answered ${query} with "${shortened(line)}".`,
    expected: `${words.map((each) => `"${each}"`).join(" or ")}, or nothing, which means "${ifNothing}"`,
    got: shortened(line),
    hint: "Let the Interface print exactly one of these words: one line, no blanks around it, the case as it is here.",
  });
}

/** One line `id=<Component id>`. */
export function readIdentity(printed: Printed): Result<ComponentId> {
  const text = readText("Identity", "identity-invalid", printed);
  if (!text.ok) return text;
  const line = text.value.replace(/\n$/, "");
  const id = ComponentId.safeParse(line.startsWith("id=") ? line.slice("id=".length) : null);
  // In `TYPE.ID.KEY=VALUE` nobody could tell where the value begins.
  if (id.success && !id.data.includes("=")) return ok(id.data);
  return fail({
    code: "identity-invalid",
    message: `The Interface "${printed.by}" does not tell the id of its Component.`,
    expected:
      'one line id=<Component id>, the id of 1 to 256 characters without "=", control characters, or blanks at its ends',
    got: text.value === "" ? "nothing" : shortened(line),
    hint: 'Let it answer Identity with one line such as "id=R456".',
  });
}

/** Lines `key=value` without lists; the version of the Component must be among them. */
export function readProvides(interfaceName: string, printed: Printed): Result<Provides> {
  const read = readPairs("Provides", "provides-invalid", printed);
  if (!read.ok) return read;
  const provides = new Map<string, string>();
  const problems: Problem[] = [];
  const wrong = (what: string, hint: string) =>
    problems.push({
      code: "provides-invalid",
      message: `The Interface "${printed.by}" answered Provides ${what}.`,
      hint,
    });
  for (const { key, value, line } of read.value) {
    if (provides.has(key)) {
      wrong(
        `with "${key}" more than once, again in line ${line}`,
        "Provides has no lists: print each key once.",
      );
    }
    if (key === "device_type") {
      wrong(
        'with "device_type"',
        "Leave it out: the Component type of the Topology is the device type.",
      );
    }
    // Blanks that are not plain ones make the version unknown; they lock no board out.
    if (/^[ \t]|[ \t]$/.test(value)) {
      wrong(
        `with blanks around the value of "${key}"`,
        "Print the value alone: it is compared as it is.",
      );
    }
    provides.set(key, value);
  }
  const wanted = [`rootfs-image.${interfaceName}.version`, "rootfs-image.version"];
  // A board that nothing runs on says so with an empty value.
  if (!wanted.some((key) => provides.has(key))) {
    problems.push({
      code: "provides-invalid",
      message: `The Interface "${printed.by}" answered Provides without the version of its Component.`,
      expected: `${wanted[0]}=<version>, or ${wanted[1]}=<version> where the Component runs Mender`,
      got: provides.size === 0 ? "nothing" : shortened([...provides.keys()].join(", ")),
      hint: "Let it print the version that runs now, and nothing behind the = where nothing does.",
    });
  }
  return problems.length === 0 ? ok(provides) : fail(...problems);
}

/** Lines `key=value`; a repeated key is a list. */
export function readInventory(printed: Printed): Result<Inventory> {
  const read = readPairs("Inventory", "inventory-invalid", printed);
  if (!read.ok) return read;
  const inventory = new Map<string, readonly string[]>();
  for (const { key, value } of read.value) {
    inventory.set(key, [...(inventory.get(key) ?? []), value]);
  }
  return ok(inventory);
}

function readPairs(query: Query, code: ProblemCode, printed: Printed): Result<readonly KeyValue[]> {
  const text = readText(query, code, printed);
  if (!text.ok) return text;
  return readKeyValues(text.value, (line, what, { expected, got }) => ({
    code,
    message: `Line ${line} of what the Interface "${printed.by}" answered to ${query} ${what}.`,
    expected,
    got: shortened(got),
    hint: "Let it print nothing but lines key=value on stdout; logs belong on stderr.",
  }));
}

function readText(query: Query, code: ProblemCode, { by, bytes }: Printed): Result<string> {
  if (bytes.length > outputLimits.answer) {
    return fail({
      code,
      message: `The Interface "${by}" answered ${query} with too much.`,
      expected: `at most ${outputLimits.answer} bytes`,
      hint: "Let it print nothing but the answer on stdout; logs belong on stderr.",
    });
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return fail({
      code,
      message: `The Interface "${by}" answered ${query} with something that is no text.`,
      expected: "UTF-8",
      hint: "Let it print nothing but the answer on stdout; logs belong on stderr.",
    });
  }
}

/** An answer may be anything; a message shows the beginning, on one line, and what cannot be seen. */
function shortened(text: string): string {
  const shown = text.slice(0, 200).replaceAll(/\p{Cc}/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character
      ? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
      : escaped;
  });
  return text.length <= 200 ? shown : `${shown}...`;
}
