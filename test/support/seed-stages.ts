import { type SeedProgram, seedProgram } from "./seed-program.ts";

/** One System in one place, and the stages at which tests begin with it. */
export interface SeedStages<Stage extends string> {
  /** The System at that stage, which is reached once; whatever a test does to it is gone with the next call. */
  readonly after: (stage: Stage | "new") => SeedProgram;
  readonly remove: () => void;
}

/** `ways` leads from a new System to each stage. */
export function seedStages<Stage extends string>(
  ways: Readonly<Record<Stage, (system: SeedProgram) => void>>,
): SeedStages<Stage> {
  const saved = new Set<string>();
  let made: SeedProgram | null = null;
  const atBegin = (): SeedProgram => {
    made ??= seedProgram();
    if (saved.has("new")) made.restore("new");
    else made.save("new");
    saved.add("new");
    return made;
  };
  return {
    after: (stage) => {
      if (stage === "new") return atBegin();
      if (made !== null && saved.has(stage)) {
        made.restore(stage);
        return made;
      }
      const system = atBegin();
      ways[stage](system);
      system.save(stage);
      saved.add(stage);
      return system;
    },
    remove: () => made?.remove(),
  };
}
