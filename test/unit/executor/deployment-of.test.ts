import { expect, test } from "vitest";
import { decide } from "../../../src/deployment/decide.ts";
import { ComponentId } from "../../../src/core/ids.ts";
import { deploymentOf } from "../../../src/executor/deployment-of.ts";
import { currentFormat } from "../../../src/executor/journals.ts";
import { readJournal } from "../../../src/journal/store.ts";
import { nodeFiles } from "../../../src/platform/files.ts";

/**
 * fixtures/journals/killed-behind-install was written by version 0.1.0 on the seed's System, killed when the gateway
 * had its ArtifactInstall: whoever is updated in the middle of a deployment goes on with such a journal.
 */
test("a journal of version 0.1.0 is gone on with", () => {
  const read = readJournal(nodeFiles(), "fixtures/journals/killed-behind-install", [currentFormat]);
  if (!read.ok || read.value === null) throw new Error("it is a journal");
  expect(read.value.records.length).toBe(17);
  expect(read.value.isTorn).toBe(false);

  const deployment = deploymentOf(read.value.records);
  if (!deployment.ok || deployment.value === null) throw new Error("it is a deployment");
  expect(decide(deployment.value)).toMatchObject({
    kind: "round",
    round: "NeedsArtifactReboot",
    components: [ComponentId.parse("G13")],
  });
});
