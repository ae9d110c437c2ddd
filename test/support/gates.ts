import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { GateMoment } from "../../src/core/protocol.ts";
import type { SeedSystem } from "./seed-system.ts";

/** What a gate does when it is asked; the last one of a list for good. */
export type GateDoes =
  | { readonly exit: number; readonly lines?: readonly string[] }
  /** It hangs until it is ended, and kills itself, its caller, or leaves somebody at work. */
  | "hang"
  | "signal"
  | "kill-caller"
  | "leave-behind";

export interface GateSpec {
  readonly name: string;
  readonly at: readonly GateMoment[];
  /** Further keys, as the Topology has them. */
  readonly keys?: string;
}

const script = `#!/bin/sh
here=$(cd "$(dirname "$0")/../.." && pwd)
name=$(basename "$0")
answers=$here/gates/$name.answers
printf '%s' "$1 $2 $PWD" > "$here/gates/$name.arguments"
cat > "$here/gates/$name.about"
echo "$1 $name" >> "$here/boards/calls.log"
answer=$(head -n 1 "$answers")
[ "$(wc -l < "$answers")" -le 1 ] || { tail -n +2 "$answers" > "$answers.new"; mv "$answers.new" "$answers"; }
code=\${answer%%|*}
printf '%s' "\${answer#*|}" | tr '|' '\\n'
case $code in
  hang) while :; do sleep 1; done ;;
  signal) kill -9 $$ ;;
  kill-caller) kill -9 "$PPID"; exit 0 ;;
  leave-behind) sleep 1000 > /dev/null 2>&1 & exit 0 ;;
  *) exit "$code" ;;
esac
`;

/** Puts gates into a System, real executables; each lets everything pass until it is told otherwise. */
export function addGates(system: Pick<SeedSystem, "path">, gates: readonly GateSpec[]): void {
  mkdirSync(system.path("gates/v1"), { recursive: true });
  const topology = system.path("topology.yaml");
  const entries = gates.map(({ name, at, keys = "" }) => {
    writeFileSync(system.path("gates/v1", name), script);
    chmodSync(system.path("gates/v1", name), 0o755);
    tellGate(system, name, { exit: 0 });
    return `  - { name: ${name}, at: [${at.join(", ")}]${keys === "" ? "" : `, ${keys}`} }\n`;
  });
  writeFileSync(topology, `${readFileSync(topology, "utf8")}gates:\n${entries.join("")}`);
}

/** What it does at each of the coming questions; at all further ones what it does last. */
export function tellGate(
  { path }: Pick<SeedSystem, "path">,
  name: string,
  ...does: readonly GateDoes[]
): void {
  const lines = does.map((one) =>
    typeof one === "string" ? `${one}|` : [one.exit, ...(one.lines ?? [""])].join("|"),
  );
  writeFileSync(path("gates", `${name}.answers`), `${lines.join("\n")}\n`);
}

/** What it was told on stdin the last time; null: it was not asked. */
export function toldToGate({ path }: Pick<SeedSystem, "path">, name: string): unknown {
  const file = path("gates", `${name}.about`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

export const notNow = (reason: string, retryAfter?: number): GateDoes => ({
  exit: 75,
  lines: [reason, ...(retryAfter === undefined ? [] : [`retry-after=${retryAfter}`])],
});
