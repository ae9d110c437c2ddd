import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { manifestOf, type MenderCaller, menderCaller } from "../support/mender-caller.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { widening } from "../support/tier.ts";

/** The update module's states, called as the client calls them: in its tree, which is the argument, too. */
interface ModuleCaller extends MenderCaller {
  readonly module: (state: string, crashPoint?: string) => number | null;
  readonly needsReboot: () => string;
  readonly file: string;
}

function device(): ModuleCaller {
  const caller = menderCaller();
  onTestFinished(caller.remove);
  return {
    ...caller,
    file: caller.payload(manifestOf(caller, "manifest-v2.yaml")),
    module: (state, crashPoint) => caller.run(["module", state, caller.tree], crashPoint).exit,
    needsReboot: () => caller.run(["module", "NeedsArtifactReboot", caller.tree]).stdout,
  };
}

test("a success: every state returns 0", () => {
  const { module, needsReboot, versions } = device();
  expect([module("Download"), module("ArtifactInstall")]).toEqual([0, 0]);
  expect(needsReboot()).toBe("No\n");
  expect([module("ArtifactCommit"), module("Cleanup")]).toEqual([0, 0]);
  expect(versions()).toEqual(v2);
});

test("it supports a rollback, and has nothing to say to what it does not know", () => {
  const { run, tree } = device();
  const unknown = run(["module", "OfAnotherYear", tree]);
  expect([unknown.exit, unknown.stdout, unknown.stderr]).toEqual([0, "", ""]);
  // For neither of them the program, which is not on this PATH, is started.
  const script = (state: string) => {
    const args = ["bin/mender-orchestrator-manifest", state, tree];
    const { status, stdout, stderr } = spawnSync("sh", args, { encoding: "utf8" });
    return [status, stdout, stderr];
  };
  expect(script("SupportsRollback")).toEqual([0, "Yes\n", ""]);
  // A script of an earlier release starts it for that.
  expect(run(["module", "SupportsRollback", tree]).stdout).toBe("Yes\n");
  expect(script("OfAnotherYear")).toEqual([0, "", ""]);
});

test("each call tells anew whether the host must reboot", () => {
  const { module, needsReboot, reboot, rebootsHost, failIn, versions } = device();
  rebootsHost("G13");
  expect(module("ArtifactInstall")).toBe(0);
  expect(needsReboot()).toBe("Automatic\n");
  reboot();
  failIn("R456", "ArtifactCommit", 1);
  expect(module("ArtifactCommit")).toBe(21);
  expect(module("ArtifactRollback")).toBe(0);
  expect(needsReboot()).toBe("Automatic\n");
  reboot();
  expect(module("ArtifactRollback")).toBe(0);
  expect(needsReboot()).toBe("No\n");
  expect(module("Cleanup")).toBe(0);
  expect(versions()).toEqual(v1);
});

test(
  "no answer of an earlier call is left: none of an I that was cut, and then that of R=4",
  widening(() => {
    const { module, needsReboot, reboot, rebootsHost, calls, tree, versions } = device();
    rebootsHost("G13");
    expect([module("Download"), needsReboot()]).toEqual([0, "No\n"]);
    // The power goes in I, so that it has no answer of its own.
    expect(module("ArtifactInstall", "HostReboot:intent-synced")).toBe(null);
    expect(needsReboot()).toBe("No\n");
    reboot();
    expect(module("ArtifactRollback")).toBe(0);
    expect(needsReboot()).toBe("Automatic\n");
    expect(readdirSync(`${tree}/tmp`)).toEqual(["needs-reboot"]);
    reboot();
    expect(module("Cleanup")).toBe(0);
    expect(calls()).toContain("ArtifactVerifyRollbackReboot G13");
    expect(versions()).toEqual(v1);
  }),
);

test(
  "after a download that failed, or that was cut, a deployment of somebody else is left alone",
  widening(() => {
    const { module, run, file, calls, versions } = device();
    expect(run(["install", "--stop-before", "ArtifactCommit", file]).exit).toBe(0);
    expect([module("Download"), module("ArtifactRollback"), module("Cleanup")]).toEqual([0, 0, 0]);
    expect(versions()).toEqual(v2);
    expect(calls().filter((call) => /^(ArtifactCommit|Cleanup) /.test(call))).toEqual([]);
    expect(run(["commit"]).exit).toBe(0);
  }),
);

test(
  "a tree that was removed under us is not missed",
  widening(() => {
    const { module, tree, calls } = device();
    expect([module("Download"), module("ArtifactInstall")]).toEqual([0, 0]);
    for (const state of ["ArtifactCommit", "Cleanup"]) {
      rmSync(tree, { recursive: true });
      mkdirSync(tree);
      expect(module(state)).toBe(0);
    }
    expect(calls()).toContain("Cleanup R998");
  }),
);

test("a payload of two files is refused and named, and its rollback and clean-up are well", () => {
  const { module, run, tree, versions } = device();
  writeFileSync(`${tree}/files/another.yaml`, "");
  const refused = run(["module", "ArtifactInstall", tree]);
  expect(refused.exit).toBe(11);
  expect(refused.stderr).toBe(
    `${tree}/files: error: The payload of a mender-orchestrator-manifest Artifact is not what it should be. [module-payload]
  expected: one file: a Manifest (.yaml, .yml) or a bundle (.tar)
  found: absolute-manifest-v2.yaml, another.yaml
  hint: Make the Artifact with: orchestrator artifact create-manifest
`,
  );
  expect([module("ArtifactRollback"), module("Cleanup")]).toEqual([0, 0]);
  expect(versions()).toEqual(v1);
});
