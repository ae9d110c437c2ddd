import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { programPath } from "./program.ts";

/** An interactive shell in a terminal of 120 columns, into which keys are typed. */
export interface TypedShell {
  /** Types it in an empty line, then Tab; what the line is once it is `expected`, or else in the end. */
  readonly completed: (typed: string, expected: string) => Promise<string>;
  readonly end: () => void;
}

export type ShellName = "bash" | "zsh" | "fish";

const commands: Readonly<Record<ShellName, readonly string[]>> = {
  bash: ["bash", "--noprofile", "--norc", "-i"],
  zsh: ["zsh", "-f", "-i"],
  fish: ["fish", "--no-config", "--private"],
};

/** What makes it a shell with the prompt `$> ` that knows the completions of the script. */
const beginnings: Readonly<Record<ShellName, (script: string) => string>> = {
  bash: (script) => `PS1='$> '; . ${script}`,
  zsh: (script) => `PS1='$> '; autoload -U compinit; compinit -D; . ${script}`,
  fish: (script) =>
    `function fish_prompt; echo '$> '; end; set -g fish_autosuggestion_enabled 0; source ${script}`,
};

const prompt = "$> ";
const patienceMs = 20_000;

/** `script` is the file with its completions. The program is on its PATH. */
export async function typedShell(
  shell: ShellName,
  script: string,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<TypedShell> {
  const socket = join(directory, `.${shell}-terminal`);
  const tmux = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      "tmux",
      ["-S", socket, "-f", "/dev/null", ...args],
      {
        cwd: directory,
        encoding: "utf8",
        env: {
          ...env,
          PATH: `${dirname(programPath)}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
          HOME: directory,
          LANG: "C.UTF-8",
          TERM: "xterm",
        },
      },
    );
    if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const screen = () => tmux("capture-pane", "-p").trimEnd();
  const seen = async (isSeen: (text: string) => boolean): Promise<string> => {
    const end = Date.now() + patienceMs;
    for (;;) {
      const text = screen();
      if (isSeen(text) || Date.now() > end) return text;
      await new Promise((settle) => setTimeout(settle, 20));
    }
  };
  tmux("new-session", "-d", "-x", "120", "-y", "30", ...commands[shell]);
  await seen((text) => text !== "");
  tmux("send-keys", "-l", beginnings[shell](script));
  tmux("send-keys", "Enter");
  await seen((text) => text.endsWith("\n$>"));
  return {
    completed: async (typed, expected) => {
      const keys = ["send-keys", "C-u", "C-l", ";", "send-keys", "-l", typed, ";"];
      tmux(...keys, "send-keys", "Tab");
      const line = `${prompt}${expected}`.trimEnd();
      return (await seen((text) => text === line)).replace(prompt, "");
    },
    end: () => {
      tmux("kill-server");
    },
  };
}
