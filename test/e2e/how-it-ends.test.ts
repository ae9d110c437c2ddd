import { afterEach, beforeEach, expect, test } from "vitest";
import { withoutDeployment } from "../support/program.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";
import { takeRollbackFrom } from "../support/seed-system.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

interface End {
  readonly exit: number;
  readonly make: () => { readonly exit: number | null; readonly stderr: string };
  /** From the sentence on, with ID for the deployment. */
  readonly block: string;
}

const install = (...options: readonly string[]) =>
  system.run(["install", "manifest-v2.yaml", ...options]);

/** One for each exit status that tells a failure, and what it tells to do. */
const ends: readonly End[] = [
  {
    exit: 20,
    make: () => {
      system.failIn("G13", "Download", 3);
      return install();
    },
    block: `Failed: nothing was changed, the System is still on "v.1".
  G13   gateway-v1
  R456  rtos-v1
  R998  rtos-v1
  why:  Download of G13 failed: exit status 3
        | Download fails as it was told to: 3
  done: nothing was installed, so there was nothing to undo
  next: mend the cause, then install again: orchestrator install manifest-v2.yaml
  more: orchestrator history ID
`,
  },
  {
    exit: 21,
    make: () => {
      system.failIn("R998", "ArtifactInstall", 4);
      return install("--stop-before", "ArtifactRollback");
    },
    block: `Failed, and stopped before ArtifactRollback as asked; resume (or rollback) will roll back.
  why:  ArtifactInstall of R998 failed: exit status 4
        | ArtifactInstall fails as it was told to: 4
  done: stopped before ArtifactRollback as asked
  next: undo what was installed: orchestrator resume
  more: orchestrator status
`,
  },
  {
    exit: 21,
    make: () => {
      system.failIn("R998", "ArtifactInstall", 4);
      return install("--stop-before", "Cleanup");
    },
    block: `Failed, and stopped before Cleanup as asked; resume will clean up.
  why:  ArtifactInstall of R998 failed: exit status 4
        | ArtifactInstall fails as it was told to: 4
  done: stopped before Cleanup as asked
  next: clean up: orchestrator resume
  more: orchestrator status
`,
  },
  {
    exit: 22,
    make: () => {
      system.failIn("R456", "ArtifactCommit", 1);
      return install();
    },
    block: `Failed and rolled back: the System is as it was before, on "v.1".
  G13   gateway-v1
  R456  rtos-v1
  R998  rtos-v1
  why:  ArtifactCommit of R456 failed: exit status 1
        | ArtifactCommit fails as it was told to: 1
  done: G13, R456 and R998 were rolled back
  next: the System runs as before; mend the cause, then install again: orchestrator install manifest-v2.yaml
  more: orchestrator history ID
`,
  },
  {
    exit: 24,
    make: () => {
      takeRollbackFrom(system, "R456");
      system.failIn("R998", "ArtifactCommit", "kill-caller");
      install();
      return system.run(["resume"]);
    },
    block: `Failed, yet the System is on "v.2", as the Manifest wants it.
  G13   gateway-v2
  R456  rtos-v2
  R998  rtos-v2
  why:  ArtifactCommit of R998 failed: interrupted, the process or the host went away
  next: nothing is left to install; look at what the Components run: orchestrator show-provides
  more: orchestrator history ID
`,
  },
  {
    exit: 30,
    make: () => {
      takeRollbackFrom(system, "R998");
      system.failIn("R998", "ArtifactInstall", 1);
      return install();
    },
    block: `Failed, INCONSISTENT: R998 is in an unknown or unacceptable state. Beside it: G13 and R456, no longer as before.
  G13   gateway-v2
  R456  rtos-v2
  R998  rtos-v1->rtos-v2
  why:  ArtifactInstall of R998 failed: exit status 1
        | ArtifactInstall fails as it was told to: 1
  next: bring R998 into order by hand; this tells what runs: orchestrator show-provides
  more: orchestrator history ID
`,
  },
];

test.each(ends)(
  "exit status $exit tells why, what was done, what to do and where to read more",
  ({ exit, make, block }) => {
    const ran = make();
    expect(ran.exit).toBe(exit);
    const log = withoutDeployment(ran.stderr);
    const told = log.slice(log.search(/^Failed(?::|,| and)/m));
    expect(told.replace(/history [0-9a-f]{12}\n/, "history ID\n")).toBe(block);
  },
);

test("a failure that a later run finishes is told with the log of the run in which it happened", () => {
  system.failIn("R998", "ArtifactInstall", 4);
  expect(install("--stop-before", "ArtifactRollback").exit).toBe(21);
  const { stderr } = system.run(["resume"]);
  expect(withoutDeployment(stderr)).toContain(
    "\n  why:  ArtifactInstall of R998 failed: exit status 4\n        | ArtifactInstall fails as it was told to: 4\n",
  );
});
