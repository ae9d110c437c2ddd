import { readArtifact } from "../../artifact/artifact.ts";
import { asResult } from "../../artifact/artifact-error.ts";
import type { VerifyKey } from "../../artifact/keys.ts";
import { demandSame } from "../../artifact/layout.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Decompressors } from "../../platform/types.ts";
import type { OpenArtifact } from "../access.ts";
import type { ArtifactCache, Origin, WantedBytes } from "./artifact-cache.ts";

/** As openArtifact, of one that comes through the cache: from there if it is there, and into it if it is not. */
export async function openCached(
  cache: Pick<ArtifactCache, "open">,
  wanted: WantedBytes,
  origin: Origin,
  trust: { readonly keys: readonly VerifyKey[]; readonly decompressors: Decompressors | null },
): Promise<Result<OpenArtifact>> {
  const source = cache.open(wanted, origin);
  const opened = await asResult(wanted.name, async () => {
    const head = await readArtifact(source, trust.keys, trust.decompressors);
    if (!head.ok) return head;
    demandSame(wanted.name, head.value, wanted);
    return ok({
      source,
      artifact: head.value,
      keep: () => source.keep(),
      close: () => source.close(),
    });
  });
  const result = opened.ok ? opened.value : opened;
  if (!result.ok) source.close();
  return result;
}
