import { existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageOf, projectOf, running } from "../../support/compose-case.ts";
import {
  type ContainerEngine,
  containerEnginesWork,
  startContainerEngine,
} from "../../support/container-engine.ts";
import {
  type InShell,
  type InterfaceInShell,
  interfaceInShell,
} from "../../support/interface-in-shell.ts";
import { needs } from "../../support/needs.ts";
import { usualShells } from "../../support/shells.ts";
import { tarOf } from "../../support/shipped-cases.ts";
import { widening } from "../../support/tier.ts";

/** The Interface `docker-compose`, state by state, with the real docker-compose on a real engine. */

const well: unknown = expect.objectContaining({ status: 0 });

describe.skipIf(!needs("dash") || !needs("busybox") || !containerEnginesWork())(
  "docker-compose",
  () => {
    let engine: ContainerEngine;
    beforeAll(async () => {
      engine = await startContainerEngine();
    });
    afterAll(async () => {
      await engine.stop();
    });

    const onEngine = (shell: readonly string[], more: Partial<InShell>): InterfaceInShell =>
      interfaceInShell({
        shell,
        name: "docker-compose",
        args: (path) => ["shop", path("Shop"), "40"],
        env: () => engine.environment,
        ...more,
      });
    const device = (shell: readonly string[], more: Partial<InShell> = {}): InterfaceInShell => {
      engine.clear();
      return onEngine(shell, more);
    };

    const project = (release: string, without: readonly string[] = []) => ({
      "project.tar": tarOf(
        Object.fromEntries(
          Object.entries(projectOf(release)).filter(([name]) => !without.includes(name)),
        ),
      ),
    });
    const whole = (release: "v1" | "v2") => ({
      ...project(release),
      "web.tar": imageOf(engine, release),
    });

    test.each(usualShells)(
      "in $name it starts a project that was not there, and takes it away again",
      ({ command }) => {
        const { call, begin, version, path } = device(command);
        expect(version()).toBe("?");
        begin("shop-v1", whole("v1"));
        expect(call("ArtifactInstall")).toEqual(well);
        expect([version(), running(engine, "shop")]).toEqual(["shop-v1", "v1"]);
        expect(call("ArtifactRollback")).toEqual(well);
        expect(call("Cleanup")).toEqual(well);
        expect([version(), running(engine, "shop")]).toEqual(["?", "0 containers"]);
        expect(engine.podman("images", "-q")).toBe("");
        expect(existsSync(path("Shop/current"))).toBe(false);
      },
      longMs,
    );

    describe("from a project that runs v1", () => {
      let directory: string;
      let shop: InterfaceInShell;
      let seconds = "40";
      beforeAll(() => {
        directory = mkdtempSync(join(tmpdir(), "orchestrator-compose-"));
        shop = device(["dash"], {
          directory,
          args: (path) => ["shop", path("Shop"), seconds],
        });
        shop.begin("shop-v1", whole("v1"));
        const statuses = ["ArtifactInstall", "Cleanup"].map((state) => shop.call(state).status);
        if (statuses.join() !== "0,0") throw new Error(`v1 was not installed: ${statuses.join()}`);
      }, longMs);
      afterAll(() => rmSync(directory, { recursive: true, force: true }));
      const now = () => [shop.version(), running(engine, "shop")];

      test(
        "in busybox, with the commands of podman, it updates, tried twice, and goes back",
        () => {
          const { call, begin, version } = onEngine(["busybox", "sh"], {
            without: "docker",
            args: () => ["shop", shop.path("Shop"), "40"],
          });
          begin("shop-v2", whole("v2"));
          for (const state of ["ArtifactInstall", "ArtifactInstall"]) {
            expect(call(state)).toEqual(well);
          }
          expect([version(), running(engine, "shop")]).toEqual(["shop-v2", "v2"]);
          expect(readlinkSync(shop.path("Shop/current"))).toBe("b");
          expect(call("ArtifactRollback")).toEqual(well);
          expect([version(), running(engine, "shop")]).toEqual(["shop-v1", "v1"]);
          for (const state of ["Cleanup", "Cleanup"]) expect(call(state)).toEqual(well);
          expect(engine.podman("images", "-q").trimEnd().split("\n")).toHaveLength(1);
        },
        longMs,
      );

      test(
        "fails where a service does not become healthy, says which, and goes back",
        () => {
          const { call, begin } = shop;
          begin("shop-v2", { ...project("v2", ["is-healthy"]), "web.tar": imageOf(engine, "v2") });
          seconds = "3";
          const { status, stdout, stderr } = call("ArtifactInstall");
          seconds = "40";
          expect(status).toBe(1);
          expect(stderr).toContain("waited 3 s in vain for: are_well\n");
          expect(stdout).toMatch(/shop_web_1 is running \(0\) (starting|unhealthy)\n/);
          expect(stdout).toContain("| v2\n");
          expect(call("ArtifactRollback")).toEqual(well);
          expect(now()).toEqual(["shop-v1", "v1"]);
        },
        longMs,
      );

      test(
        "refuses what it cannot run before anything of the former release is stopped",
        () => {
          const { call, begin, version } = shop;
          const kept = engine.podman("ps", "-q");
          begin("shop-v2", { "web.tar": imageOf(engine, "v2") });
          expect(call("ArtifactInstall").stderr).toBe(
            "the Artifact must have a payload file project.tar, and has none\n",
          );
          begin("shop-v2", { "project.tar": tarOf({ "compose.yaml": "services: [web]\n" }) });
          expect(call("ArtifactInstall").status).toBe(1);
          expect(version()).toBe("shop-v1");
          begin("shop-v2", {
            "project.tar": tarOf({
              "compose.yaml": "services: { web: { image: 'other:1', network_mode: none } }\n",
            }),
            "web.tar": imageOf(engine, "v2"),
          });
          expect(call("ArtifactInstall").stderr).toContain(
            "no such image is here, nor was it in the Artifact: other:1\n",
          );
          expect(version()).toBe("?");
          expect(call("ArtifactRollback")).toEqual(well);
          expect(now()).toEqual(["shop-v1", "v1"]);
          expect(engine.podman("ps", "-q")).toBe(kept);
        },
        longMs,
      );

      test(
        "ends in Cleanup what an interrupted rollback has left",
        widening(() => {
          const { call, begin, version, path } = shop;
          begin("shop-v2", whole("v2"));
          expect(call("ArtifactInstall")).toEqual(well);
          writeFileSync(path("Shop/unsettled"), "");
          expect(version()).toBe("?");
          expect(call("Cleanup")).toEqual(well);
          expect(now()).toEqual(["shop-v1", "v1"]);
        }),
        longMs,
      );
    });

    test("says what its arguments must be", () => {
      const { call } = device(["dash"], { args: (path) => ["shop", path("Shop"), "soon"] });
      expect(call("Provides").stderr).toBe('"soon" are no seconds\n');
    });
  },
);

/** On a busy machine: each start of docker-compose takes a second there. */
const longMs = 180_000;
