import { htmlPage } from "../../src/pictures/html.ts";
import { planPicture } from "../../src/pictures/plan-picture.ts";
import { svgInPage } from "../../src/pictures/svg.ts";
import { plannedCrowd } from "../support/crowd.ts";
import type { Bench, BenchRow } from "./row.ts";

/** How long the page of a plan takes, the planning left out, in processor time. */
export const pictures: Bench = async () => [await page(200, 2000), await page(1000, 10_000)];

async function page(components: number, limitMs: number): Promise<BenchRow> {
  const crowd = plannedCrowd(components);
  const begin = process.cpuUsage();
  const picture = planPicture(crowd);
  const text = htmlPage(picture, await svgInPage(picture.graph, picture.title));
  const { user, system } = process.cpuUsage(begin);
  const ms = (user + system) / 1000;
  return {
    name: `HTML page of ${components} Components (${Math.round(text.length / 1000)} kB)`,
    measured: `${Math.round(ms)} ms`,
    reference: `limit: ${limitMs} ms`,
    ratio: ms / limitMs,
    limit: 1,
  };
}
