import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerEngine } from "./container-engine.ts";
import { tarOf } from "./shipped-cases.ts";
import type { Release, ShippedCase } from "./shipped-system.ts";

/** What a project of docker-compose is made of, by the names in its directory. */
export function projectOf(release: string): Readonly<Record<string, string>> {
  return {
    "compose.yaml": `
services:
  web:
    image: shop:latest
    command: ["sh", "-c", "cat /release && exec sleep 1000"]
    network_mode: none
    stop_signal: SIGKILL
    volumes: ["./:/project:ro"]
    healthcheck:
      test: ["CMD", "cat", "/project/is-healthy"]
      interval: 1s
    environment:
      RELEASE: "\${RELEASE}"
  migration:
    image: shop:latest
    command: ["cat", "/project/release"]
    network_mode: none
    volumes: ["./:/project:ro"]
`,
    ".env": `RELEASE=${release}\n`,
    release: `${release}\n`,
    "is-healthy": "",
  };
}

/**
 * A Component for the Interface `docker-compose`: a project of the same name, whose image has one name in every
 * release. A release runs where the image, the file beside the project and the environment are of it.
 */
export function composeProject(engineOf: () => ContainerEngine, type = "shop"): ShippedCase {
  return {
    type,
    interface: "docker-compose",
    payloadType: "docker-compose",
    args: (path) => [path(type, type), "40"],
    environment: () => engineOf().environment,
    prepare(path) {
      const engine = engineOf();
      engine.clear();
      const [slot, image] = [path(type, type, "a"), path(type, "v1.tar")];
      mkdirSync(slot, { recursive: true });
      for (const [name, text] of Object.entries(projectOf("v1"))) {
        writeFileSync(join(slot, name), text);
      }
      writeFileSync(path(type, type, "a.version"), `${type}-v1\n`);
      symlinkSync("a", path(type, type, "current"));
      writeFileSync(image, imageOf(engine, "v1"));
      engine.podman("load", "--input", image);
      execFileSync("docker-compose", ["-p", type, "up", "-d"], {
        cwd: slot,
        env: { ...process.env, ...engine.environment },
        stdio: "pipe",
      });
    },
    payload: (version) => ({
      "project.tar": tarOf(projectOf(version)),
      "web.tar": imageOf(engineOf(), version),
    }),
    runs: () => running(engineOf(), type),
  };
}

/** The release of the one container that runs; else what there is. */
export function running(engine: ContainerEngine, project: string): string {
  const ids = engine
    .podman("ps", "-q", "--filter", `label=com.docker.compose.project=${project}`)
    .split("\n")
    .filter((id) => id !== "");
  const [id = ""] = ids;
  if (ids.length !== 1) return `${ids.length} containers`;
  const told = engine
    .podman("exec", id, "sh", "-c", 'cat /release /project/release; echo "$RELEASE"')
    .trimEnd()
    .split("\n");
  return new Set(told).size === 1 ? (told[0] ?? "") : told.join(" and ");
}

const images = new WeakMap<ContainerEngine, Map<string, Uint8Array>>();

/** Made once. */
export function imageOf(engine: ContainerEngine, release: Release): Uint8Array {
  const known = images.get(engine) ?? new Map<string, Uint8Array>();
  images.set(engine, known);
  const image = known.get(release) ?? engine.image("shop:latest", { release: `${release}\n` });
  known.set(release, image);
  return image;
}
