import { resolve } from "node:path";
import { ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { FileError } from "../platform/types.ts";
import { readableMedium } from "../sources/secure-bundle.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import { showingRead } from "./showing-read.ts";

/**
 * Where the Artifacts of a deployment lie that is taken up: an absolute path at which their medium can be read now, or
 * null: where they were. It is looked at when it is first asked for, and once.
 */
export interface Medium {
  /**
   * For who cannot do without. Throws FileError where the datastore cannot be written for another reason than space.
   */
  readonly demanded: () => Promise<Result<string | null>>;
  /** For a rollback or a way out, which nothing may stop: what cannot be read is told once, and counts as not named. */
  readonly ifReadable: () => Promise<string | null>;
}

/** `from`: as the caller names it; undefined: where it was. */
export function mediumOf(
  machine: Machine,
  from: string | undefined,
  deployment: Deployment | null,
  tell: (message: string) => void,
): Medium {
  if (from === undefined || deployment === null) return whereItWas;
  const { platform, environment, signal } = machine;
  const wanted = {
    name: from,
    path: resolve(environment.workingDirectory, from),
    directory: datastoreOf({ environment }).bundles,
    id: deployment.begin.deployment,
    signal,
    showing: showingRead(machine, from),
  };
  const demanded = once(() => readableMedium(platform.files, wanted));
  return { demanded, ifReadable: once(() => readableOrTold(demanded, tell)) };
}

/** Nobody has said that it is elsewhere. */
export const whereItWas: Medium = {
  demanded: () => Promise.resolve(ok(null)),
  ifReadable: () => Promise.resolve(null),
};

async function readableOrTold(
  demanded: Medium["demanded"],
  tell: (message: string) => void,
): Promise<string | null> {
  const passedOver = (message: string): null => {
    tell(`${message} It is passed over, and Artifacts are looked for where they were.`);
    return null;
  };
  try {
    const found = await demanded();
    return found.ok ? found.value : passedOver(found.problems.map((one) => one.message).join(" "));
  } catch (error) {
    if (error instanceof FileError) return passedOver(`${error.message}.`);
    throw error;
  }
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let looking: Promise<T> | null = null;
  return () => (looking ??= look());
}
