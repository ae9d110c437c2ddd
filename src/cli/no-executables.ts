/**
 * What Commander gets as node:child_process in the built program (.ci/program.mjs). It starts commands that are
 * executables of their own by it, and there are none.
 */
export function spawn(): never {
  throw new Error("no command is an executable of its own");
}
