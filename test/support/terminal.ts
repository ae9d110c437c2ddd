import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real terminal of tmux, in which one command runs. */
export interface Terminal {
  /** What it shows, without the empty lines at its end; `styled`: with the escapes of colours. */
  readonly screen: (styled?: boolean) => string;
  /** All that it has shown, each line as it was written, however often it was wrapped. */
  readonly written: () => readonly string[];
  /** What it shows once that is so, or after 40 seconds all the same. */
  readonly seen: (isSeen: (text: string) => boolean) => Promise<string>;
  readonly resize: (columns: number) => void;
  readonly press: (key: string) => void;
  readonly end: () => void;
}

const patienceMs = 40_000;

/** Runs a command line of sh; once it has ended, its exit status is shown as `exit N`. */
export function terminalWith(
  command: string,
  columns: number,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Terminal {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-terminal-"));
  const tmux = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      "tmux",
      ["-S", join(directory, "socket"), "-f", "/dev/null", ...args],
      {
        cwd,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], LANG: "C.UTF-8", TERM: "xterm-256color", ...env },
      },
    );
    if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const screen = (styled = false) =>
    tmux("capture-pane", "-p", ...(styled ? ["-e"] : [])).trimEnd();
  tmux(
    "new-session",
    "-d",
    "-x",
    String(columns),
    "-y",
    "24",
    // The shell must outlive a command that Ctrl-C ends.
    `trap : INT; ${command}; echo "exit $?"; exec sleep 1000`,
  );
  return {
    screen,
    written: () => tmux("capture-pane", "-p", "-J", "-S", "-").trimEnd().split("\n"),
    seen: async (isSeen) => {
      const end = Date.now() + patienceMs;
      for (;;) {
        const text = screen();
        if (isSeen(text) || Date.now() > end) return text;
        await new Promise((settle) => setTimeout(settle, 50));
      }
    },
    resize: (to) => {
      tmux("resize-window", "-x", String(to));
    },
    press: (key) => {
      tmux("send-keys", key);
    },
    end: () => {
      tmux("kill-server");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
