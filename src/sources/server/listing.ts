import * as z from "zod";
import { readItem, type ServerCandidate } from "./item.ts";
import { limits } from "./limits.ts";
import { ArtifactError } from "../../artifact/artifact-error.ts";
import { answerInvalid, type Party, refusedRequest } from "./problems.ts";
import type { Session } from "./session.ts";

export interface Listing {
  /** In the order of the Server. */
  readonly candidates: readonly ServerCandidate[];
  /** How many more it lists in a form that cannot be read. */
  readonly unreadable: number;
}

/** What a Server lists on one page at least, unless it is the last one. */
const fullPage = 100;

const Page = z.array(z.unknown());
const Id = z.object({ id: z.string() });

/** The Artifacts of a release for a type of device. Throws ArtifactError. */
export async function listRelease(
  session: Session,
  release: string,
  deviceType: string,
): Promise<Listing> {
  const wanted = new URLSearchParams({ release_name: release, device_type: deviceType });
  const items = new Map<string, unknown>();
  let unreadable = 0;
  let left: number = limits.list;
  for (let number = 1; number <= limits.pages; number += 1) {
    // Not asked for, the first page has the form that is published.
    if (number > 1) wanted.set("page", String(number));
    const { json, bytes, link, party } = await session.getJson({
      path: `/api/devices/v1/deployments/artifacts?${wanted.toString()}`,
      maxBytes: Math.min(limits.page, left),
      onMissing: (missing) => new ArtifactError(refusedRequest(missing, 404)),
    });
    left -= bytes;
    const page = Page.safeParse(json);
    if (!page.success)
      throw answerInvalid(party, "answers with no list", "a list of Artifacts", kindOf(json));
    const before = items.size;
    for (const item of page.data) {
      const id = Id.safeParse(item);
      if (id.success) items.set(id.data.id, item);
      else unreadable += 1;
    }
    // A Server that knows no pages gives the first one for ever.
    const isLast = items.size === before || !hasNext(link, page.data.length);
    if (isLast) return listing(items, unreadable);
    if (number === limits.pages) throw endless(party);
  }
  throw new Error("the last page was passed");
}

function listing(items: ReadonlyMap<string, unknown>, unreadable: number): Listing {
  const read = [...items.values()].map(readItem);
  const candidates = read.filter((item) => item !== null);
  return { candidates, unreadable: unreadable + read.length - candidates.length };
}

function hasNext(link: string | null, items: number): boolean {
  return link === null ? items >= fullPage : /;\s*rel="?next"?/i.test(link);
}

function endless(party: Party): ArtifactError {
  return answerInvalid(party, "lists without an end", `at most ${limits.pages} pages`, "one more");
}

function kindOf(json: unknown): string {
  return json === null ? "null" : typeof json;
}
