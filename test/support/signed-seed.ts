import { cpSync } from "node:fs";
import { type SeedProgram, seedProgram } from "./seed-program.ts";
import { makeKeys, signArtifacts, trustKey } from "./signing-keys.ts";

/** The seed's System with its Artifacts signed by the key "mine". */
export interface SignedSeed {
  /** Another of its kind, which trusts that key. */
  readonly copy: () => SeedProgram;
  readonly remove: () => void;
}

/** `prepare`: what all copies have besides; `others`: further keys, which nobody trusts. */
export function signedSeed(
  prepare: (signed: SeedProgram) => void = () => {},
  others: readonly string[] = [],
): SignedSeed {
  const signed = seedProgram();
  makeKeys(signed.directory, "mine", ...others);
  signArtifacts(signed.directory, "mine");
  prepare(signed);
  return {
    copy: () => {
      const system = seedProgram();
      cpSync(signed.directory, system.directory, { recursive: true });
      trustKey(system, "mine");
      return system;
    },
    remove: signed.remove,
  };
}
