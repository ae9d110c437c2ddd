import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { placeOf } from "./needs.ts";

/**
 * Kills an Interface right before one of the programs that it starts. On its PATH each of them is a script first, which
 * counts the calls, kills where it was told to, and else runs the program; nothing of it but what is `watched`.
 */
export interface Killer {
  /** Gives what is added to the environment of the Interfaces. */
  readonly watched: <T>(run: (environment: Readonly<Record<string, string>>) => T) => T;
  readonly killAt: (moment: Moment) => void;
  /** Whether the kill was made. */
  readonly hasKilled: () => boolean;
  /** Kills no more, and has counted nothing; `killAt` begins with that. */
  readonly countAnew: () => void;
  /** How many programs an Interface has started in each state since then, as `<interface> <state>`. */
  readonly started: () => ReadonlyMap<string, number>;
}

export interface Moment {
  readonly interface: string;
  readonly state: string;
  /** Before which of its programs, from 1 on. */
  readonly program: number;
  /** With the caller, as a power cut does; else the Interface alone. */
  readonly withCaller: boolean;
}

const programs = [
  "cat",
  "chown",
  "chmod",
  "cp",
  "docker",
  "docker-compose",
  "dpkg",
  "dpkg-deb",
  "dpkg-query",
  "dpkg-repack",
  "ln",
  "mkdir",
  "mv",
  "podman",
  "readlink",
  "rm",
  "sha256sum",
  "ssh",
  "sx",
  "stty",
  "sync",
  "tar",
  "timeout",
  "touch",
] as const;

const script = `#!/bin/bash
name=\${0##*/}
directory=\${0%/*}
mapfile -d '' -t caller <"/proc/$PPID/cmdline"
if [ -e "$directory/watched" ] && [[ \${caller[1]-} == */interfaces/v1/* ]]; then
  call="\${caller[1]##*/} \${caller[2]}"
  echo x >>"$directory/started/$call"
  if [ -e "$directory/kill" ]; then
    mapfile -t kill <"$directory/kill"
    mapfile -t started <"$directory/started/$call"
    # Of two that come at the same time both may find more than they looked for, and one of them kills.
    if [ "$call" = "\${kill[0]}" ] && [ "\${#started[@]}" -ge "\${kill[1]}" ] &&
      (set -C && : >"$directory/killed") 2>/dev/null; then
      read -r _ _ _ _ group _ </proc/self/stat
      read -r _ _ _ parent _ <"/proc/$group/stat"
      [ "\${kill[2]}" = alone ] || kill -KILL "$parent"
      kill -KILL 0
    fi
  fi
fi
PATH=\${PATH#"$directory:"}
exec "$name" "$@"
`;

export function killer(directory: string): Killer {
  mkdirSync(join(directory, "started"), { recursive: true });
  writeFileSync(join(directory, "shim"), script);
  chmodSync(join(directory, "shim"), 0o755);
  for (const name of programs.filter((each) => placeOf(each) !== null)) {
    symlinkSync("shim", join(directory, name));
  }
  const countAnew = () => {
    for (const name of ["started", "kill", "killed"]) {
      rmSync(join(directory, name), { recursive: true, force: true });
    }
    mkdirSync(join(directory, "started"));
  };
  return {
    watched(run) {
      // Another machine may have the scripts on its PATH all the time.
      writeFileSync(join(directory, "watched"), "");
      try {
        return run({ PATH: `${directory}:${process.env["PATH"] ?? ""}` });
      } finally {
        rmSync(join(directory, "watched"));
      }
    },
    killAt({ interface: name, state, program, withCaller }) {
      countAnew();
      writeFileSync(
        join(directory, "kill"),
        `${name} ${state}\n${program}\n${withCaller ? "both" : "alone"}\n`,
      );
    },
    hasKilled: () => existsSync(join(directory, "killed")),
    countAnew,
    started: () =>
      new Map(
        readdirSync(join(directory, "started")).map((call) => [
          call,
          readFileSync(join(directory, "started", call), "utf8").length / "x\n".length,
        ]),
      ),
  };
}
