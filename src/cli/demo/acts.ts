import { join } from "node:path";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Machine } from "../../install/machine.ts";
import type { DemoSystem } from "./system.ts";

/** The bundle that the demo makes and installs. */
export const bundle = "system-v2.tar";

/** One call of this program within the demo, what is said before it, and how it must end. */
export interface Act {
  readonly title: string;
  readonly text: readonly string[];
  readonly args: readonly string[];
  readonly expected: ExitCode | "killed";
  /** Made before the call. */
  readonly prepare?: (system: DemoSystem, machine: Machine) => Promise<void> | void;
  readonly crashPoint?: string;
}

/** From the bundle to the resumed update. */
export const acts: readonly Act[] = [
  {
    title: "A bundle for v.2",
    text: ["One file with the Manifest and the Artifacts that it names."],
    args: ["bundle", "create", "--manifest", "manifest-v2.yaml", "--output", bundle],
    expected: exitCode.done,
  },
  {
    title: "The plan, and why it is this one",
    text: ["The tables in the Manifest do not allow a board on v2 beside a gateway on v1."],
    args: ["plan", bundle],
    expected: exitCode.done,
  },
  {
    title: "The update",
    text: [],
    args: ["install", bundle],
    expected: exitCode.done,
  },
  {
    title: "Where the System is now",
    text: [],
    args: ["show-provides"],
    expected: exitCode.done,
  },
  {
    title: "The same again, but R456 fails in ArtifactCommit",
    text: ["All boards are set back to v.1 first. Exit status 22: failed, rolled back."],
    prepare: failingBoard,
    args: ["install", bundle],
    expected: exitCode.failedRolledBack,
  },
  {
    title: "Where the System is now",
    text: [],
    args: ["show-provides"],
    expected: exitCode.done,
  },
  {
    title: "The same again, but the program is killed in the middle",
    text: ["SIGKILL, right after the gateway has rebooted into its new version."],
    prepare: (system) => system.resetBoards(),
    args: ["install", bundle],
    crashPoint: "ArtifactReboot:outcome-appended",
    expected: "killed",
  },
  {
    title: "What is in progress",
    text: [],
    args: ["status"],
    expected: exitCode.done,
  },
  {
    title: "On from there",
    text: ["The journal tells what was done; nothing of it is done twice."],
    args: ["resume"],
    expected: exitCode.done,
  },
  {
    title: "Where the System is now",
    text: [],
    args: ["show-provides"],
    expected: exitCode.done,
  },
];

async function failingBoard(system: DemoSystem, { platform }: Machine): Promise<void> {
  await system.resetBoards();
  const told = join(system.directory, "boards", "R456", "fail");
  platform.files.makeDirectory(told);
  platform.files.write(join(told, "ArtifactCommit"), Buffer.from("1\n"));
}
