import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { type Called, shellIn, usualShells } from "../../support/shells.ts";
import { copyShippedInterfaces } from "../../support/shipped-system.ts";

/** The library for Interfaces in shell, sourced by Interfaces of a few lines, in both shells that devices have. */

interface Author {
  readonly path: (...parts: readonly string[]) => string;
  readonly call: (state: string, ...args: readonly string[]) => Called;
  /** A file of the work dir. */
  readonly write: (name: string, content: string) => void;
}

function author(shell: readonly string[], body: string, version = "1"): Author {
  const directory = scratchDirectory();
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  copyShippedInterfaces(path("interfaces"));
  const file = path("interfaces/v1/board");
  writeFileSync(
    file,
    `. "\${0%/*}/../lib/orchestrator-interface.sh"\n${body}\ninterface_run ${version} "$@"\n`,
  );
  for (const name of ["work/tmp", "work/header", "work/files"]) {
    mkdirSync(path(name), { recursive: true });
  }
  const run = shellIn(shell, path("programs"));
  return {
    path,
    call: (state, ...args) =>
      run(file, [state, path("work"), "rtos", ...args], { cwd: path("work") }),
    write: (name, content) => writeFileSync(path("work", name), content),
  };
}

describe.skipIf(!needs("dash") || !needs("busybox")).each(usualShells)(
  "in $name",
  ({ name, command }) => {
    const board = (body: string, version?: string) => author(command, body, version);

    test("answers what follows from the functions that are defined", () => {
      const { call } = board("on_version() { echo rtos-v1; }");
      expect(call("Identity", "R1").stdout).toBe("id=R1\n");
      expect(call("Provides", "R1").stdout).toBe(
        "artifact_name=rtos-v1\nrootfs-image.board.version=rtos-v1\n",
      );
      const answers = ["NeedsUnpackedArtifact", "ProvidePayloadFileSizes", "SupportsRollback"];
      expect(answers.map((query) => call(query, "R1").stdout)).toEqual(["Yes\n", "No\n", "No\n"]);
      expect(call("NeedsArtifactReboot", "R1").stdout).toBe("No\n");

      const whole = board("on_rollback() { :; }; on_reboot() { :; }; on_stream() { :; }");
      expect(whole.call("SupportsRollback", "R1").stdout).toBe("Yes\n");
      expect(whole.call("NeedsArtifactReboot", "R1").stdout).toBe("Yes\n");
      expect(whole.call("ProvidePayloadFileSizes", "R1").stdout).toBe("Yes\n");
    });

    test("has an empty version where nothing known runs, and no Component without an id", () => {
      const { call } = board("on_version() { :; }");
      expect(call("Provides", "R1").stdout).toBe("rootfs-image.board.version=\n");
      expect(call("Identity")).toEqual({
        status: 1,
        stdout: "",
        stderr:
          "the id of the Component is missing: it is the first of the Topology's interface_args\n",
      });
    });

    test("passes each state's status on, and says nothing to words that it does not know", () => {
      const { call } = board("on_install() { return 7; }\non_reboot() { echo again; return 3; }");
      expect(call("ArtifactInstall", "R1").status).toBe(7);
      expect(call("ArtifactRollbackReboot", "R1")).toMatchObject({ status: 3, stdout: "again\n" });
      expect(call("ArtifactCommit", "R1")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(call("SomethingNew", "R1")).toEqual({ status: 0, stdout: "", stderr: "" });
    });

    test("refuses an Interface for another version of it in one line", () => {
      const { call, path } = board("on_version() { echo v; }", "2");
      expect(call("Identity", "R1")).toEqual({
        status: 1,
        stdout: "",
        stderr:
          "board was written for version 2 of orchestrator-interface.sh and found version 1: " +
          `put the library that it came with into ${path("interfaces/v1")}/../lib\n`,
      });
    });

    test("finds the one payload file, and says what is wrong where there is another count", () => {
      const { call, write } = board('on_install() { one_file && cat "$file"; }');
      expect(call("ArtifactInstall", "R1").stderr).toBe(
        "the Artifact must have one payload file, and has none\n",
      );
      write("files/.a b", "the image");
      expect(call("ArtifactInstall", "R1")).toMatchObject({ status: 0, stdout: "the image" });
      write("files/c", "");
      expect(call("ArtifactInstall", "R1").stderr).toContain("and has several: files/");
    });

    test("compares the payload type and contents", () => {
      const { call, write } = board(
        "on_install() { payload_type_is x rtos && same_content files/a files/b; }",
      );
      write("header/payload_type", "deb");
      expect(call("ArtifactInstall", "R1").stderr).toContain(
        'payload type "deb", and "x rtos" was',
      );
      write("header/payload_type", "rtos");
      write("files/a", "same");
      write("files/b", "same");
      expect(call("ArtifactInstall", "R1").status).toBe(0);
      write("files/b", "other");
      expect(call("ArtifactInstall", "R1").stderr).toContain("does not have the content");
    });

    test("keeps a backup once in a deployment, and restores none of another one", () => {
      const { call, write, path } = board(`
      save() { cp ../board "$1/board"; }
      on_install() { keep_backup ../backup save && echo new >../board; }
      on_rollback() { ! has_backup ../backup || cp ../backup/board ../board; }
      on_cleanup() { drop_backup ../backup; }`);
      const runs = () => readFileSync(path("board"), "utf8");
      writeFileSync(path("board"), "old\n");
      write("deployment_id", "d1\n");
      call("ArtifactInstall", "R1");
      expect(call("ArtifactInstall", "R1").status).toBe(0);
      write("deployment_id", "d2\n");
      call("ArtifactRollback", "R1");
      expect(runs()).toBe("new\n");
      write("deployment_id", "d1\n");
      call("ArtifactRollback", "R1");
      expect(runs()).toBe("old\n");
      expect(call("Cleanup", "R1").status).toBe(0);
      expect(call("Cleanup", "R1").status).toBe(0);
      expect(existsSync(path("backup"))).toBe(false);
    });

    test("tells progress by tenths, and ends what takes too long", () => {
      const { call } = board(`
      on_install() { for done in 0 1 5 10 11 50 100; do progress $done 100 flashed; done; }
      on_commit() { with_timeout 1 sleep 60; }
      on_reboot() { wait_for 1 false; }`);
      expect(call("ArtifactInstall", "R1").stdout).toBe(
        "flashed 0 %\nflashed 10 %\nflashed 50 %\nflashed 100 %\n",
      );
      const late = call("ArtifactCommit", "R1");
      expect(late.status).not.toBe(0);
      expect(late.stderr).toContain('"sleep" took longer than 1 s');
      expect(call("ArtifactReboot", "R1").stderr).toContain("waited 1 s in vain for: false");
    });

    test(`runs nothing that ${name} does not have`, () => {
      const { call, write, path } = board(
        'on_version() { cat ../v; }; on_install() { one_file && replace_file "$work_dir/../v" <"$file"; }',
      );
      chmodSync(path("work"), 0o700);
      write("files/v", "rtos-v2\n");
      expect(call("ArtifactInstall", "R1")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(call("Provides", "R1").stdout).toContain("artifact_name=rtos-v2\n");
    });
  },
);
