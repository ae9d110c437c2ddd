import { type ChildProcessByStdio, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { scratchDirectory } from "./scratch.ts";
import { type Called, shellIn } from "./shells.ts";
import { copyShippedInterfaces, type Place } from "./shipped-system.ts";

/** An Interface that comes with the program, whose states are called one by one as the program calls them. */
export interface InterfaceInShell {
  readonly path: Place;
  readonly call: (state: string, ...further: readonly string[]) => Called;
  /** The same without waiting for its end; in the shell of the system. */
  readonly start: (state: string) => ChildProcessByStdio<null, null, Readable>;
  /** What `Provides` tells; `?` where nothing known runs. */
  readonly version: () => string;
  /** Begins an update, of another deployment than the one before, with this Artifact and its payload files. */
  readonly begin: (artifact: string, files: Readonly<Record<string, string | Uint8Array>>) => void;
  /** What a file holds; null: there is none. */
  readonly read: (...parts: readonly string[]) => string | null;
}

export interface InShell {
  readonly shell: readonly string[];
  /** Its name, and the payload type that it expects. */
  readonly name: string;
  readonly args: (path: Place) => readonly string[];
  readonly env?: (path: Place) => Readonly<Record<string, string>>;
  /** Programs that busybox has as well, and that must be the system's own. */
  readonly instead?: readonly string[];
  /** Where it lies; else in a directory that is removed after the test. */
  readonly directory?: string;
  /** A program of the system that there shall not be. */
  readonly without?: string | null;
}

export function interfaceInShell({
  shell,
  name,
  args,
  env = () => ({}),
  instead = [],
  without = null,
  directory = scratchDirectory(),
}: InShell): InterfaceInShell {
  const path: Place = (...parts) => join(directory, ...parts);
  copyShippedInterfaces(path("interfaces"));
  mkdirSync(path("work"));
  const run = shellIn(shell, path("programs"), {
    path: without === null ? (process.env["PATH"] ?? "") : allBut(without),
    instead,
  });
  const script = path("interfaces/v1", name);
  const argsOf = (state: string) => [state, path("work"), "type", ...args(path)];
  const environment = { ...env(path), MENDER_ORCHESTRATOR_DATASTORE_DIR: path("datastore") };
  const write = (place: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path(place)), { recursive: true });
    writeFileSync(path(place), content);
  };
  const call: InterfaceInShell["call"] = (state, ...further) =>
    run(script, [...argsOf(state), ...further], { cwd: path("work"), env: environment });
  let deployment = 0;
  return {
    path,
    call,
    start: (state) =>
      spawn(script, argsOf(state), {
        cwd: path("work"),
        env: { ...process.env, ...environment },
        stdio: ["ignore", "ignore", "pipe"],
      }),
    version: () => /^artifact_name=(.*)$/m.exec(call("Provides").stdout)?.[1] ?? "?",
    begin(artifact, files) {
      rmSync(path("work"), { recursive: true });
      mkdirSync(path("work/tmp"), { recursive: true });
      mkdirSync(path("work/files"));
      deployment += 1;
      write("work/deployment_id", `d${deployment}\n`);
      write("work/header/payload_type", name);
      write("work/header/artifact_name", artifact);
      for (const [file, content] of Object.entries(files)) write(`work/files/${file}`, content);
    },
    read: (...parts) => (existsSync(path(...parts)) ? readFileSync(path(...parts), "utf8") : null),
  };
}

/** A directory with a name for each program on the PATH but one. */
export function allBut(name: string): string {
  const directory = scratchDirectory();
  for (const place of (process.env["PATH"] ?? "").split(":").filter((each) => existsSync(each))) {
    for (const program of readdirSync(place)) {
      const link = join(directory, program);
      if (program !== name && !existsSync(link)) symlinkSync(join(place, program), link);
    }
  }
  return directory;
}
