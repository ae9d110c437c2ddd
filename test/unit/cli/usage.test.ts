import { expect, test } from "vitest";
import { problemCodes } from "../../../src/core/problem-codes.ts";
import { usageProblem } from "../../../src/cli/usage.ts";

test.each([
  [
    "error: unknown command 'instal'\n(Did you mean install?)",
    "unknown-command",
    `There is no command "instal".`,
    `Did you mean "install"?`,
  ],
  [
    "error: unknown command 'zzz'",
    "unknown-command",
    `There is no command "zzz".`,
    `"orchestrator --help" lists the commands.`,
  ],
  [
    "error: unknown option '--stop-befor'\n(Did you mean --stop-before?)",
    "unknown-option",
    `There is no option "--stop-befor" here.`,
    `Did you mean "--stop-before"?`,
  ],
  [
    "error: missing required argument 'file'",
    "missing-argument",
    "The argument <file> is missing.",
    `"--help" behind the command shows what it takes.`,
  ],
  [
    "error: option '--state <file>' argument missing",
    "missing-argument",
    `The option "--state <file>" needs a value.`,
    `"--help" behind the command shows what it takes.`,
  ],
  [
    "error: too many arguments for 'plan'. Expected 1 argument but got 2.",
    "unexpected-argument",
    `Too many arguments for "plan": expected 1 argument but got 2.`,
    "Quote an argument that holds blanks.",
  ],
  [
    "error: option '--certificate <file>' cannot be used with option '--diff <old>'",
    "invalid-argument",
    `The options "--certificate <file>" and "--diff <old>" exclude each other.`,
    "Leave one of them out.",
  ],
])("%j is told as a problem", (said, code, message, hint) => {
  const problem = usageProblem(said, { command: "plan", given: ["a", "b"] });
  expect(problem).toEqual({ code, message, hint });
  expect(problemCodes[problem.code]).toBe(10);
});

test("a value that an option does not take is told with those it takes, and the nearest one", () => {
  const called = { command: "plan", given: [] };
  const choices = "is invalid. Allowed choices are text, html.";
  const problem = {
    code: "invalid-argument",
    message: `The option "--format <format>" does not take "htm".`,
    expected: "one of text, html",
    got: "htm",
    hint: `Did you mean "html"?`,
  };
  expect(
    usageProblem(`error: option '--format <format>' argument 'htm' ${choices}`, called),
  ).toEqual(problem);
  expect(
    usageProblem(`error: option '--format <format>' argument 'xyz' ${choices}`, called),
  ).toEqual({
    ...problem,
    message: `The option "--format <format>" does not take "xyz".`,
    got: "xyz",
    hint: "Known are: text, html.",
  });
});

test("and so is one that an argument does not take, or that is no choice of several", () => {
  const said =
    "error: command-argument value 'bahs' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.";
  expect(usageProblem(said, { command: "completion", given: ["bahs"] })).toEqual({
    code: "invalid-argument",
    message: `The argument <shell> does not take "bahs".`,
    expected: "one of bash, zsh, fish",
    got: "bahs",
    hint: `Did you mean "bash"?`,
  });
  const wait =
    "error: option '--wait <duration>' argument 'abc' is invalid. It must be a duration such as 90s.";
  expect(usageProblem(wait, { command: "install", given: [] })).toEqual({
    code: "invalid-argument",
    message: `The option "--wait <duration>" does not take "abc": it must be a duration such as 90s.`,
    got: "abc",
    hint: `"--help" behind the command shows what it takes.`,
  });
});

test("a command that takes no argument says so, and what it was given", () => {
  const said = "error: too many arguments for 'clean'. Expected 0 arguments but got 1.";
  expect(usageProblem(said, { command: "cache clean", given: ["all"] })).toEqual({
    code: "unexpected-argument",
    message: `"cache clean" takes no argument.`,
    expected: "options only",
    got: `"all"`,
    hint: `Leave it out; "orchestrator cache clean --help" lists the options.`,
  });
});

test("what the parser may say one day is still wrong use", () => {
  expect(usageProblem("error: something new", { command: "plan", given: [] })).toEqual({
    code: "invalid-argument",
    message: "The command line cannot be read: something new",
    hint: `"orchestrator --help" shows how to call it.`,
  });
});
