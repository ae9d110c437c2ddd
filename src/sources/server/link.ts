import * as z from "zod";
import { safeUrl } from "./address.ts";
import { limits } from "./limits.ts";
import { answerInvalid, artifactGone } from "./problems.ts";
import type { Session } from "./session.ts";

/** Where an Artifact's bytes are for a while. It is as good as the bytes themselves, so it is told to nobody. */
const Link = z.object({ uri: z.string().min(1).max(limits.link) });

/** Throws ArtifactError. */
export async function requestLink(
  session: Session,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<URL> {
  const { json, party } = await session.getJson({
    path: `/api/devices/v1/deployments/artifacts/${encodeURIComponent(id)}/download`,
    maxBytes: limits.link,
    onMissing: (missing) => artifactGone(name, missing),
  });
  const link = Link.safeParse(json);
  if (!link.success) {
    throw answerInvalid(party, "answers with no link to an Artifact", `"uri" and "expire"`, "none");
  }
  return safeUrl("the link of the Mender Server to an Artifact", link.data.uri);
}
