import {
  allCommands,
  type DescribedCommand,
  type DescribedOption,
  type Values,
} from "./described.ts";
import { fixedNames } from "./option-values.ts";

/** The completion script for zsh 5, as a file in its fpath or to be sourced behind compinit. */
export function zshCompletion(root: DescribedCommand, names: readonly string[]): string {
  return `#compdef ${names.join(" ")}
# zsh completion for ${names.join(" and ")}, made by "${names[0]} completion zsh"

_orchestrator_deployments() {
  local -a found
  found=(\${(f)"$(_call_program deployments \${(q)program} completion deployments 2>/dev/null)"})
  _wanted -V deployments expl deployment compadd -a found
}

${allCommands(root)
  .map((command) => functionOf(root, command))
  .join("\n\n")}

if [[ $funcstack[1] == _orchestrator ]]; then
  _orchestrator "$@"
else
  compdef _orchestrator ${names.join(" ")}
fi
`;
}

function functionOf(root: DescribedCommand, command: DescribedCommand): string {
  const isRoot = command === root;
  const own = command.options.map(({ flags }) => flags);
  const shared = isRoot ? [] : root.options.filter(({ flags }) => !own.includes(flags));
  const specs = [...command.options, ...shared].flatMap((option) => optionSpecs(root, option));
  const begin = isRoot ? "  local program=$words[1]\n" : "";
  if (command.commands.length === 0) {
    const places = command.arguments.map(({ name, values, isMany }, at) =>
      quoted(`${isMany ? "*" : at + 1}:${message(name)}:${action(root, values)}`),
    );
    return `${functionName(command)}() {
${begin}  _arguments -S ${lines([...specs, ...places])}
}`;
  }
  const below = command.commands.map((one) => ({ word: one.words.at(-1) ?? "", one }));
  return `${functionName(command)}() {
${begin}  local state line ret=1
  local -A opt_args
  local -a commands
  commands=(
${below.map(({ word, one }) => `    ${quoted(`${word}:${message(one.summary)}`)}`).join("\n")}
  )
  _arguments -C -S -A '-*' ${lines([...specs, quoted("1: :->command"), quoted("*::: :->rest")])} && ret=0
  case $state in
    command) _describe command commands && ret=0 ;;
    rest)
      words=("$line[1]" "\${(@)words}")
      ((CURRENT += 1))
      case $line[1] in
${below.map(({ word, one }) => `        ${word}) ${functionName(one)} && ret=0 ;;`).join("\n")}
      esac ;;
  esac
  return ret
}`;
}

function functionName({ words }: DescribedCommand): string {
  return ["_orchestrator", ...words].join("_");
}

function optionSpecs(root: DescribedCommand, option: DescribedOption): readonly string[] {
  const { names, summary, value, isRepeatable } = option;
  const before = isRepeatable ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const text = summary.replaceAll(/[[\]\\]/g, String.raw`\$&`);
  const after = value === null ? "" : `:${message(value.name)}:${action(root, value.values)}`;
  return names.map((name) => {
    const joint = value !== null && name.startsWith("--") ? "=" : "";
    return quoted(`${before}${name}${joint}[${text}]${after}`);
  });
}

function action(root: DescribedCommand, values: Values): string {
  const fixed = fixedNames(root, values);
  if (fixed !== null) return fixed.length === 0 ? " " : `(${fixed.join(" ")})`;
  if (values.kind === "files") return "_files";
  return values.kind === "directories" ? "_files -/" : "_orchestrator_deployments";
}

function message(text: string): string {
  return text.replaceAll(/[:\\]/g, String.raw`\$&`);
}

function lines(specs: readonly string[]): string {
  return specs.map((spec) => `\\\n    ${spec}`).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
