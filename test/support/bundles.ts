import type { SigningKey } from "../../src/artifact/keys.ts";
import { createBundle } from "../../src/bundle/create.ts";
import { buildArtifact } from "./artifacts.ts";
import { collect, memorySource } from "./byte-sources.ts";

/** The Manifest of the bundles below; the bundle room does not read it. */
export const manifestText = "api_version: mender/v1\nkind: manifest\nname: v.2\n";

/** A bundle of two small Artifacts. */
export async function buildBundle(key: SigningKey | null = null): Promise<Uint8Array> {
  const gateway = await buildArtifact();
  const rtos = await buildArtifact({ files: [{ name: "rtos.bin", content: "the new rtos" }] });
  const created = await createBundle({
    manifest: new TextEncoder().encode(manifestText),
    artifacts: [
      { entry: "artifacts/rtos-v2.mender", source: memorySource("rtos-v2.mender", rtos) },
      { entry: "artifacts/gateway-v2.mender", source: memorySource("gateway-v2.mender", gateway) },
    ],
    key,
  });
  if (!created.ok) throw new Error(JSON.stringify(created.problems));
  const bytes = await collect(created.value.chunks);
  if (bytes.length !== created.value.size) throw new Error("the size is not the one foretold");
  return bytes;
}
