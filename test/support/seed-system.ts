import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Query, State } from "../../src/core/protocol.ts";
import { memoryDirectory } from "./memory-directory.ts";

export type Board = "G13" | "R456" | "R998";

/** What fixtures/systems/seed/interfaces/board.sh understands. */
export type Misfortune = number | "kill" | "hang" | "kill-caller";

/** A copy of the seed's System, its boards on v1. */
export interface SeedSystem {
  readonly directory: string;
  readonly path: (...parts: readonly string[]) => string;
  /** What the board runs now. */
  readonly version: (board: Board) => string;
  readonly failIn: (board: Board, state: State | Query, how: Misfortune) => void;
  readonly answer: (board: Board, query: Query, text: string) => void;
  /** Every call so far, as `<state or query> <board>`; those of one state may come in any order. */
  readonly calls: () => readonly string[];
  /**
   * Keeps everything as it is now, to come back to it; all of it lies where it lay, for a journal holds absolute paths.
   */
  readonly save: (as: string) => void;
  readonly restore: (as: string) => void;
  readonly remove: () => void;
}

export function copySeedSystem(): SeedSystem {
  const directory = mkdtempSync(join(memoryDirectory(), "orchestrator-seed-"));
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  const saved = `${directory}.saved`;
  cpSync(resolve("fixtures/systems/seed"), directory, { recursive: true });
  // Whoever tried an Interface by hand has left its calls.
  rmSync(path("boards/calls.log"), { force: true });
  // A clone made under a lax umask has group-writable files, which are refused as Interfaces.
  for (const name of readdirSync(path("interfaces/v1")))
    chmodSync(path("interfaces/v1", name), 0o755);
  for (const name of [".", "interfaces", "interfaces/v1"]) chmodSync(path(name), 0o755);
  chmodSync(path("topology.yaml"), 0o644);
  const write = (file: string, content: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  return {
    directory,
    path,
    version: (board) => readFileSync(path("boards", board, "version"), "utf8").trimEnd(),
    failIn: (board, state, how) => write(path("boards", board, "fail", state), `${how}\n`),
    answer: (board, query, text) => write(path("boards", board, "answer", query), text),
    calls: () => callsIn(path("boards/calls.log")),
    save: (as) => copyWhole(directory, join(saved, as)),
    restore: (as) => {
      removeWhole(directory);
      copyWhole(join(saved, as), directory);
    },
    remove: () => {
      removeWhole(directory);
      removeWhole(saved);
    },
  };
}

/** The board cannot roll back, and says so. */
export function takeRollbackFrom(
  system: Pick<SeedSystem, "path" | "answer">,
  board: "R456" | "R998",
): void {
  const topology = system.path("topology.yaml");
  const declared = `interface_args: ["${board}"]\n    supports_rollback:`;
  const text = readFileSync(topology, "utf8");
  writeFileSync(topology, text.replace(`${declared} yes`, `${declared} no`));
  system.answer(board, "SupportsRollback", "No\n");
}

function copyWhole(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function removeWhole(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function callsIn(log: string): readonly string[] {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n");
  } catch {
    return [];
  }
}
