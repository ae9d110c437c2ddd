import { allCommands, type DescribedCommand, type Values } from "./described.ts";
import { argumentPlaces, fixedNames, optionPlaces } from "./option-values.ts";

/** The completion script for bash 4 or newer; it needs nothing else, and starts the program for deployments alone. */
export function bashCompletion(root: DescribedCommand, names: readonly string[]): string {
  const commands = allCommands(root).filter(({ commands: below }) => below.length > 0);
  const shared = optionNames(root);
  return `# bash completion for ${names.join(" and ")}, made by "${names[0]} completion bash"

# Sets REPLY to the names of the commands below one.
_orchestrator_commands() {
  case $1 in
${commands.map((one) => branch([quoted(key(one))], words(one.commands.map(lastWord)))).join("\n")}
    *) return 1 ;;
  esac
}

# Sets REPLY to the names of a command's options.
_orchestrator_options() {
  REPLY=${quoted(shared.join(" "))}
  case $1 in
${allCommands(root)
  .filter(({ words: called, options }) => called.length > 0 && options.length > 0)
  .map((one) => branch([quoted(key(one))], `REPLY+=${quoted(` ${optionNames(one).join(" ")}`)}`))
  .join("\n")}
  esac
}

# Sets REPLY to what an option of a command takes; fails where it takes no value.
_orchestrator_value() {
  case $1 in
${optionPlaces(root)
  .map(({ command, names: called, values }) =>
    branch(
      called.map((name) =>
        command === null ? `*${quoted(`:${name}`)}` : quoted(`${command}:${name}`),
      ),
      kind(root, values),
    ),
  )
  .join("\n")}
    *) return 1 ;;
  esac
}

# Sets REPLY to what an argument of a command is; fails where there is none at that place.
_orchestrator_argument() {
  case $1 in
${argumentPlaces(root)
  .map(({ command, at, isMany, values }) =>
    branch(
      [isMany ? `${quoted(`${command ?? ""}:`)}*` : quoted(`${command ?? ""}:${at}`)],
      kind(root, values),
    ),
  )
  .join("\n")}
    *) return 1 ;;
  esac
}

_orchestrator_offer() {
  case $1 in
    files) compopt -o default ;;
    directories) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    deployments)
      mapfile -t COMPREPLY < <(compgen -W "$("$3" completion deployments 2>/dev/null | cut -f 1)" -- "$2") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
  esac
}

_orchestrator() {
  local current=\${COMP_WORDS[COMP_CWORD]} command="" wanted="" at=0 ended="" joined="" word i REPLY
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $wanted ]]; then
      # "--format=svg" comes as three words.
      [[ $word == "=" ]] || wanted=""
    elif [[ $ended || $word != -* ]]; then
      if [[ ! $ended && $at -eq 0 ]] && _orchestrator_commands "$command" && [[ " $REPLY " == *" $word "* ]]; then
        command+=\${command:+ }$word
      else
        ((at += 1))
      fi
    elif [[ $word == -- ]]; then
      ended=1
    elif _orchestrator_value "$command:$word"; then
      wanted=$REPLY
    fi
  done
  [[ $wanted && $current == "=" ]] && current=""
  if [[ ! $wanted && ! $ended && $current == --*=* ]]; then
    joined=\${current%%=*}
    _orchestrator_value "$command:$joined" || return
    wanted=$REPLY
    _orchestrator_offer "$wanted" "\${current#*=}" "$1"
    COMPREPLY=("\${COMPREPLY[@]/#/$joined=}")
  elif [[ $wanted ]]; then
    _orchestrator_offer "$wanted" "$current" "$1"
  elif [[ ! $ended && $current == -* ]]; then
    _orchestrator_options "$command"
    mapfile -t COMPREPLY < <(compgen -W "$REPLY" -- "$current")
  elif [[ $at -eq 0 ]] && _orchestrator_commands "$command"; then
    mapfile -t COMPREPLY < <(compgen -W "$REPLY" -- "$current")
  elif _orchestrator_argument "$command:$at"; then
    _orchestrator_offer "$REPLY" "$current" "$1"
  fi
}

complete -F _orchestrator ${names.join(" ")}
`;
}

function branch(patterns: readonly string[], work: string): string {
  return `    ${patterns.join(" | ")}) ${work} ;;`;
}

function words(names: readonly string[]): string {
  return `REPLY=${quoted(names.join(" "))}`;
}

/** What the shell finds by itself is told by its kind, the rest by its names. */
function kind(root: DescribedCommand, values: Values): string {
  return words(fixedNames(root, values) ?? [values.kind]);
}

function key(command: DescribedCommand): string {
  return command.words.join(" ");
}

function lastWord(command: DescribedCommand): string {
  return command.words.at(-1) ?? "";
}

function optionNames({ options }: DescribedCommand): readonly string[] {
  return options.flatMap(({ names }) => names);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
