import type { Problem } from "../core/problem.ts";
import { answers, type WordQuery } from "../core/protocol.ts";
import type { Inventory } from "./answers.ts";
import { unknownWord } from "./call.ts";
import type { Trial } from "./check-trial.ts";
import {
  type Clause,
  doesNotApply,
  fail,
  failedCall,
  pass,
  type Verdict,
  warn,
} from "./check-verdict.ts";
import { checkExecutable } from "./executable.ts";
import { type Asked, askIdentity, askInventory, askProvides, askWord } from "./query.ts";
import { withTemporaryWorkDir } from "./work-dir.ts";

/** The file, unknown words, and the queries. */
export const queryClauses: readonly Clause[] = [
  {
    id: "executable",
    title: "It is an executable file that only its owner can write.",
    check: ({ platform, spec, known }) => {
      const checked = checkExecutable(platform.files, spec.executable, false);
      known.isExecutable =
        checked.ok || checked.problems.every(({ code }) => code === "interface-writable");
      return Promise.resolve(checked.ok ? pass("it is") : fail(sentences(checked.problems)));
    },
  },
  {
    id: "unknown-word",
    title: "For a word that it does not know it prints nothing and ends in 0.",
    check: (trial) => trial.inWorkDir((workDir) => checkUnknownWord(trial, workDir)),
  },
  {
    id: "identity",
    title: "Identity: one line id=<Component id>, always the same.",
    check: (trial) =>
      askedTwice(
        trial,
        (workDir) => askIdentity(trial.platform, trial.query(workDir)),
        (id) => `it is "${id}"`,
      ),
  },
  {
    id: "provides",
    title:
      "Provides: key=value without lists, the version among them, the same as long as nothing changes.",
    check: (trial) =>
      askedTwice(
        trial,
        (workDir) => askProvides(trial.platform, trial.query(workDir), trial.spec.interfaceName),
        (provides) => {
          trial.known.provides = provides;
          return [...provides].map(([key, value]) => `${key}=${value}`).join(", ");
        },
      ),
  },
  {
    id: "inventory",
    title: "Inventory: key=value, a repeated key is a list.",
    check: checkInventory,
  },
  wordClause("NeedsUnpackedArtifact", (trial, answer) => (trial.known.unpacked = answer)),
  wordClause("ProvidePayloadFileSizes", (trial, answer) => (trial.known.withSizes = answer)),
  wordClause("SupportsRollback", () => {}),
  wordClause("NeedsArtifactReboot", (trial, answer) => (trial.known.needsReboot = answer)),
  {
    id: "verify-reboot",
    title: "Who needs a reboot of the host implements ArtifactVerifyReboot.",
    check: (trial) => Promise.resolve(checkVerifyReboot(trial)),
  },
];

async function checkUnknownWord(trial: Trial, workDir: string): Promise<Verdict> {
  const { failure, lines } = await trial.call(workDir, unknownWord);
  if (failure !== null) return fail(failedCall(trial, unknownWord, failure));
  if (lines.length > 0) return fail(`It printed "${lines.join("\\n")}".`);
  return pass("it does");
}

/** Queries outside a deployment get a work dir with next to nothing in it. */
async function askedTwice<T>(
  trial: Trial,
  ask: (workDir: string) => Promise<Asked<T>>,
  told: (value: T) => string,
): Promise<Verdict> {
  const { files } = trial.platform;
  const first = await withTemporaryWorkDir(files, ask);
  if (!first.ok) return fail(sentences(first.problems));
  const second = await withTemporaryWorkDir(files, ask);
  if (!second.ok) return fail(`Asked again: ${sentences(second.problems)}`);
  const [before, after] = [told(first.value), told(second.value)];
  return before === after ? pass(before) : fail(`First ${before}; asked again: ${after}.`);
}

async function checkInventory(trial: Trial): Promise<Verdict> {
  const asked: Asked<Inventory> = await withTemporaryWorkDir(trial.platform.files, (workDir) =>
    askInventory(trial.platform, trial.query(workDir)),
  );
  if (!asked.ok) return fail(sentences(asked.problems));
  return pass(asked.value.size === 0 ? "it is empty" : [...asked.value.keys()].join(", "));
}

function wordClause<Q extends WordQuery>(
  query: Q,
  note: (trial: Trial, answer: (typeof answers)[Q][number]) => void,
): Clause {
  return {
    id: query.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase(),
    title: `${query}: exactly one of ${answers[query].join(", ")}; nothing means ${answers[query][0]}.`,
    check: (trial) =>
      trial.inWorkDir(async (workDir) => {
        const asked = await askWord(trial.platform, trial.query(workDir), query);
        if (!asked.ok) return fail(sentences(asked.problems));
        note(trial, asked.value);
        return pass(asked.value);
      }),
  };
}

/**
 * An Interface may leave any state out, so a call tells nothing: one that verifies and one that has never heard of it
 * both end in 0. But whoever implements it has the word in his program.
 */
function checkVerifyReboot({ platform, spec, known }: Trial): Verdict {
  if (known.needsReboot !== "Automatic") return doesNotApply("it does not let the host reboot");
  const program = new TextDecoder("latin1").decode(
    platform.files.read(spec.executable, largestProgram),
  );
  return program.includes("ArtifactVerifyReboot")
    ? pass("the word is in it")
    : warn(
        "It answers Automatic, but the word ArtifactVerifyReboot is not in it: a host that came back with the old software would go unnoticed.",
      );
}

const largestProgram = 256 * 1024 * 1024;

function sentences(problems: readonly Problem[]): string {
  return problems.map(({ message }) => message).join(" ");
}
