import { allCommands, type DescribedCommand, type Values } from "./described.ts";
import { fixedNames, optionPlaces } from "./option-values.ts";

/** The completion script for fish 3.1 or newer. */
export function fishCompletion(root: DescribedCommand, names: readonly string[]): string {
  const [name = ""] = names;
  const lines = allCommands(root).flatMap((command) => linesOf(root, name, command));
  const others = names.slice(1).map((other) => `complete -c ${other} -w ${name}`);
  return `# fish completion for ${names.join(" and ")}, made by "${name} completion fish"

function __orchestrator_takes_value
    switch $argv[1]
        case ${optionPlaces(root)
          .flatMap(({ command, names: called }) =>
            called.map((one) => quoted(`${command ?? "*"}:${one}`)),
          )
          .join(" ")}
            return 0
    end
    return 1
end

# What is typed before the cursor: the words of the command, and how many arguments follow them.
function __orchestrator_typed
    set -l typed
    set -l count 0
    set -l is_value no
    set -l is_ended no
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $is_value = yes
            set is_value no
        else if test $is_ended = no; and string match -q -- '-*' $word
            if test "$word" = --
                set is_ended yes
            else if __orchestrator_takes_value "$typed:$word"
                set is_value yes
            end
        else if test $is_ended = no -a $count -eq 0; and contains -- "$typed $word" ${allCommands(
          root,
        )
          .filter(({ words }) => words.length > 0)
          .map(({ words }) => quoted(words.length === 1 ? ` ${words[0]}` : words.join(" ")))
          .join(" ")}
            set typed $typed $word
        else
            set count (math $count + 1)
        end
    end
    echo "$typed"
    echo $count
end

function __orchestrator_is
    set -l typed (__orchestrator_typed)
    test "$typed[1]" = "$argv[1]"
end

# Whether the argument at the cursor is that of a place, or a later one.
function __orchestrator_at
    set -l typed (__orchestrator_typed)
    test "$typed[1]" = "$argv[1]"; and test $typed[2] $argv[2] $argv[3]
end

function __orchestrator_deployments
    set -l words (commandline -opc)
    $words[1] completion deployments 2>/dev/null
end

complete -c ${name} -f
${lines.join("\n")}
${others.join("\n")}
`;
}

function linesOf(
  root: DescribedCommand,
  name: string,
  command: DescribedCommand,
): readonly string[] {
  const key = command.words.join(" ");
  const at = (condition: string) => `complete -c ${name} -n ${quoted(condition)}`;
  return [
    ...command.commands.map((one) =>
      [
        at(`__orchestrator_at ${quoted(key)} -eq 0`),
        `-a ${quoted(one.words.at(-1) ?? "")}`,
        `-d ${quoted(one.summary)}`,
      ].join(" "),
    ),
    ...command.options.map(({ names, summary, value }) =>
      [
        key === "" ? `complete -c ${name}` : at(`__orchestrator_is ${quoted(key)}`),
        ...names.map((one) => (one.startsWith("--") ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`)),
        ...(value === null ? [] : [`-r ${offered(root, value.values)}`]),
        `-d ${quoted(summary)}`,
      ].join(" "),
    ),
    ...command.arguments.map(({ values, isMany }, place) =>
      [
        at(`__orchestrator_at ${quoted(key)} ${isMany ? "-ge" : "-eq"} ${place}`),
        offered(root, values),
      ].join(" "),
    ),
  ];
}

function offered(root: DescribedCommand, values: Values): string {
  const fixed = fixedNames(root, values);
  if (fixed !== null) return fixed.length === 0 ? "-f" : `-f -a ${quoted(fixed.join(" "))}`;
  if (values.kind === "files") return "-F";
  if (values.kind === "directories")
    return "-f -a '(__fish_complete_directories (commandline -ct))'";
  return "-f -a '(__orchestrator_deployments)'";
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
