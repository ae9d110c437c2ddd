import { describe, expect, it } from "vitest";
import { amidUpload, microcontroller, serialWorks } from "../support/mcu-case.ts";
import { itKeepsWholeReleases } from "../support/shipped-kills.ts";

/** A System with a microcontroller among its Components. */
describe.skipIf(!serialWorks())("the Interface for microcontrollers", () => {
  const open = itKeepsWholeReleases([microcontroller()]);

  it("killed in the middle of an upload goes back to v1", () => {
    const { install, runs, told, path } = open();
    amidUpload(path, "mcu", killInterface(path()));
    expect(install("v2")).toMatchObject({ exit: 22 });
    expect(runs()).toEqual(["v1", "v1"]);
    expect(told()).toEqual(["v1", "v1"]);
  }, 120_000);

  it("goes back to v1 where the board loses its power in the middle of an upload", () => {
    const { install, runs, told, path } = open();
    amidUpload(path, "mcu", 'kill -KILL "$@"');
    expect(install("v2")).toMatchObject({ exit: 22 });
    expect(runs()).toEqual(["v1", "v1"]);
    expect(told()).toEqual(["v1", "v1"]);
  }, 120_000);
});

/** A shell script that kills what is in this directory's ArtifactInstall, with its group. */
function killInterface(directory: string): string {
  return `for process in /proc/[0-9]*; do
    case $(tr '\\0' ' ' <$process/cmdline) in
      "/bin/sh ${directory}/interfaces/v1/serial-mcu ArtifactInstall "*)
        read -r _ _ _ _ group _ <$process/stat && kill -KILL "-$group" ;;
    esac
  done 2>/dev/null`;
}
