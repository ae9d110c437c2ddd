import { expect, test } from "vitest";
import { beginOf, Boards, drive, exited } from "../../support/drive.ts";

test("where one Component cannot be asked, those that are left in a mix that no table accepts are named as well", () => {
  const boards = [
    { id: "A", type: "gateway", group: 0 },
    { id: "B", type: "rtos", group: 1, supportsRollback: "No", declaredRollback: false },
    { id: "C", type: "sensor", group: 2 },
  ] as const;
  const spec = { boards, constrained: true };
  const fails = ["ArtifactInstall", "ObserveStuck", "ConfirmEnd"];
  const system = new Boards(spec, (round, id) =>
    id === "B" && fails.includes(round) ? exited(1) : "ok",
  );
  const { deployment } = drive(beginOf(spec), system);
  expect([...system.versions]).toEqual([
    ["A", "gateway-v2"],
    ["B", "rtos-v1"],
    ["C", "sensor-v1"],
  ]);
  expect(deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["A", "B"] });
});
