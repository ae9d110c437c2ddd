import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { boardCalls } from "../support/seed-on-root.ts";
import {
  makeSystemdMachine,
  type SystemdMachine,
  systemdMachinesWork,
} from "../support/systemd-machine.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { inTier } from "../support/tier.ts";

/** A real systemd boots: the power goes in the middle of an update, and the next boot finds it. */

const cases = [
  {
    name: "in an install is undone",
    install: "",
    hang: "ArtifactInstall R456",
    exit: 22,
    versions: v1,
  },
  { name: "in a Cleanup is ended", install: "", hang: "Cleanup R456", exit: 0, versions: v2 },
  {
    name: "that somebody drives is left alone",
    install: "--stop-before ArtifactCommit",
    hang: "ArtifactInstall R456",
    exit: 0,
    /** As the power cut has left them. */
    versions: null,
  },
];

const units = "bin/systemd";
const service = (name: string) => `mender-orchestrator-${name}.service`;

test.skipIf(!needs("systemd-analyze"))("the units are such that systemd takes every line", () => {
  const directory = scratchDirectory();
  const program = resolve("bin/mender-orchestrator");
  const copies = readdirSync(units).map((name) => {
    const text = readFileSync(join(units, name), "utf8");
    writeFileSync(join(directory, name), text.replace("/usr/bin/mender-orchestrator", program));
    return join(directory, name);
  });
  const { status, stderr } = spawnSync(
    "systemd-analyze",
    ["verify", "--man=no", "--recursive-errors=no", ...copies],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test.each([
  ["resume", "--unattended"],
  ["gates", "--waiting"],
])("the unit %s calls resume %s", (name, option) => {
  expect(readFileSync(join(units, service(name)), "utf8").split("\n")).toContain(
    `ExecStart=/usr/bin/mender-orchestrator resume ${option}`,
  );
});

describe.skipIf(!systemdMachinesWork())("after a power cut", () => {
  let machine: SystemdMachine | null = null;
  afterEach(() => {
    machine?.remove();
    machine = null;
  });

  test.each(inTier(cases.slice(0, 1), cases))(
    "an update $name by the boot that follows",
    async ({ install, hang, exit, versions }) => {
      machine = await makeSystemdMachine();
      const { path, write, addUnit, bootUntil } = machine;
      const boards = (...parts: readonly string[]) =>
        path("/usr/share/mender-orchestrator/boards", ...parts);
      cpSync("fixtures/bundles/seed-v2.tar", path("/root/v2.tar"));
      addUnit("updating.service", updateUnit(install));
      write(drop, "[Service]\nExecStopPost=/bin/sh -c 'echo $EXIT_STATUS >/root/resumed'\n");
      const [state = "", board = ""] = hang.split(" ");
      write(`/usr/share/mender-orchestrator/boards/${board}/fail/${state}`, "hang\n");
      const calls = () => (machine === null ? [] : boardCalls(machine.path));
      await bootUntil(() => calls().includes(hang));
      expect(existsSync(path("/root/resumed"))).toBe(false);
      expect(existsSync(path(journal))).toBe(true);

      const runs = () => ["G13", "R456", "R998"].map((id) => read(boards(id, "version")).trimEnd());
      const left = runs();
      rmSync(boards(board, "fail"), { recursive: true });
      await bootUntil(() => existsSync(path("/root/resumed")) && read("/root/resumed") !== "");
      expect(read("/root/resumed")).toBe(`${String(exit)}\n`);
      expect(runs()).toEqual(versions ?? left);
      expect(existsSync(path(journal))).toBe(versions === null);

      function read(file: string): string {
        return readFileSync(file.startsWith("/proc/") ? file : path(file), "utf8");
      }
    },
    240_000,
  );
});

const journal = "/var/lib/mender-orchestrator/deployment/journal";
const drop = "/etc/systemd/system/mender-orchestrator-resume.service.d/told.conf";

/** What begins the update, in the first boot only. */
const updateUnit = (options: string) => `[Unit]
ConditionPathExists=!${journal}
ConditionPathExists=!/root/resumed

[Service]
Type=oneshot
ExecStart=/usr/bin/mender-orchestrator install ${options} /root/v2.tar
TimeoutStartSec=infinity
`;
