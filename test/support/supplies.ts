import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "../../src/artifact/artifact.ts";
import type { Machine } from "../../src/install/machine.ts";
import { nodeNetwork } from "../../src/platform/network/network.ts";
import {
  type Authentication,
  AuthenticationError,
  type Network,
} from "../../src/platform/network-types.ts";
import type { Files } from "../../src/platform/types.ts";
import type { Supply } from "../../src/sources/access.ts";
import { memorySource } from "./byte-sources.ts";
import { cacheIn } from "./caches.ts";
import { machineAt } from "./machine.ts";
import { startUpdateServer, type Stored, type UpdateServer } from "./update-server.ts";

/** For what comes from files alone: whoever asks the Server has not done so. */
export async function supplyNothing(files: Files): Promise<Supply> {
  const nobody = () => {
    throw new Error("the Server is asked");
  };
  const { cache } = await cacheIn(files, "/nowhere");
  return { cache, aside: cache, server: { candidates: nobody, source: nobody }, heads: new Map() };
}

/** An Artifact as a Mender Server lists and stores it. */
export async function storedArtifact(id: string, bytes: Uint8Array): Promise<Stored> {
  const read = await readArtifact(memorySource(id, bytes), []);
  if (!read.ok) throw new Error("the test's own Artifact is wrong");
  const { name, provides, depends, clears } = read.value;
  return {
    id,
    bytes,
    release: name,
    item: {
      id,
      name,
      size: bytes.length,
      artifact_provides: Object.fromEntries(provides),
      artifact_depends: Object.fromEntries(depends),
      clears_artifact_provides: clears,
    },
  };
}

/** The Artifacts of the seed's System of this version, as its boards want them. */
export async function storedSeed(directory: string, version: string): Promise<readonly Stored[]> {
  return await Promise.all(
    ["gateway", "rtos"].map((type) => {
      const id = `${type}-${version}`;
      return storedArtifact(id, readFileSync(join(directory, "artifacts", `${id}.mender`)));
    }),
  );
}

/** A machine whose Mender Client has let it in at this server; with an error it has not. */
export function machineOf(
  directory: string,
  server: UpdateServer | AuthenticationError["reason"],
): Machine {
  const answer = () =>
    typeof server === "string"
      ? Promise.reject(new AuthenticationError(server, "it is not there"))
      : Promise.resolve({ token: "token-1", address: server.address });
  const authentication: Authentication = { current: answer, renew: answer };
  // Plain HTTP trusts nobody: reading whom this system trusts would take longer than all that is asked.
  const network: Network = { ...nodeNetwork({ trustFiles: ["/dev/null"] }), authentication };
  const machine = machineAt(directory);
  return { ...machine, platform: { ...machine.platform, network } };
}

/** Plain HTTP on this machine, as by the client's own proxy. */
export async function startSeedServer(directory: string, version: string): Promise<UpdateServer> {
  return await startUpdateServer({
    stored: await storedSeed(directory, version),
    certificate: null,
  });
}
