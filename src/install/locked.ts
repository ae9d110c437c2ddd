import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { makeDatastore } from "../journal/store.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/**
 * Runs `use` as the one process that may change anything on this machine. Never waits: a nested call, made
 * by an Interface of ours, must fail at once.
 */
export async function locked<T>(
  machine: Machine,
  use: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const { files, locks } = machine.platform;
  const store = datastoreOf(machine);
  // Before that, a datastore that cannot be used has left everything as it was: it is not ready, and no failure in the
  // middle.
  makeDatastore(files, store);
  const taken = await locks.acquire(store.lock);
  machine.deploys();
  if (!("lock" in taken)) return fail(heldByAnother(taken.heldBy));
  try {
    return await use();
  } finally {
    taken.lock.release();
  }
}

/** As `locked`, but a machine on which nothing was ever deployed stays as it is. */
export async function lockedIfThere<T>(
  machine: Machine,
  ifNothing: T,
  use: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const { files } = machine.platform;
  if (files.status(datastoreOf(machine).deployment) === null) return ok(ifNothing);
  return await locked(machine, use);
}

function heldByAnother(pid: number | null): Problem {
  return {
    code: "locked",
    message: `Another process of this program is at work${pid === null ? "" : `, as process ${String(pid)}`}.`,
    hint: "Wait until it has ended; status shows what it does. An Interface must not call this program.",
  };
}
