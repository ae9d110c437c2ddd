import { afterAll, beforeAll, describe } from "vitest";
import { composeProject } from "../support/compose-case.ts";
import {
  type ContainerEngine,
  containerEnginesWork,
  startContainerEngine,
} from "../support/container-engine.ts";
import { itKeepsWholeReleases } from "../support/shipped-kills.ts";

/** A System with a project of docker-compose among its Components, on a real engine. */
describe.skipIf(!containerEnginesWork())("the Interface for docker-compose", () => {
  let engine: ContainerEngine | null = null;
  const started = () => {
    if (engine === null) throw new Error("the engine is not started");
    return engine;
  };
  beforeAll(async () => {
    engine = await startContainerEngine();
  });
  afterAll(async () => {
    await engine?.stop();
  });

  // Each takes as long as six of files.
  itKeepsWholeReleases([composeProject(started)], 1);
});
