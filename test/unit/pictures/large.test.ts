import { expect, test } from "vitest";
import { htmlPage } from "../../../src/pictures/html.ts";
import { planPicture } from "../../../src/pictures/plan-picture.ts";
import { svgInPage } from "../../../src/pictures/svg.ts";
import { plannedCrowd } from "../../support/crowd.ts";

test.each([200, 1000])("the page of %i Components has less than 5 MB", async (count) => {
  const picture = planPicture(plannedCrowd(count));
  const page = htmlPage(picture, await svgInPage(picture.graph, picture.title));
  expect(page.length).toBeLessThan(5_000_000);
});

test("a graph of too many states shows those in which stages end, and says so", () => {
  const { graph, states } = planPicture(plannedCrowd(1000));
  expect(states.length).toBe(52);
  expect(graph.nodes.filter(({ kind }) => kind !== "forbidden").map(({ lines }) => lines)).toEqual([
    ["v.1"],
    ["v.2"],
  ]);
  expect(graph.omissions).toEqual([
    "50 states of 52 not drawn: the graph would be too large. The grid and the timeline have all of them.",
    "Not every step that is forbidden was looked for: there are too many.",
  ]);
});
