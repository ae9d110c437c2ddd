import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { historyPage, pastPage } from "../../src/pictures/history-page.ts";
import { htmlPage } from "../../src/pictures/html.ts";
import { svgInPage } from "../../src/pictures/svg.ts";
import { axeFindings } from "../support/accessible.ts";
import { openChromium } from "../support/chromium.ts";
import { needs } from "../support/needs.ts";
import { pastOf } from "../support/past.ts";
import { pictureOf } from "../support/pictures.ts";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { oneOfEachKind } from "../support/tier.ts";

const desk = (system: string, manifest: string, state: string) => [
  resolve(`fixtures/systems/${system}/${manifest}`),
  "--state",
  resolve(`fixtures/systems/${system}/${state}`),
];

const calls: Readonly<Record<string, readonly string[]>> = {
  seed: ["plan", ...desk("seed", "manifest-v2.yaml", "state-v1.yaml")],
  robot: ["plan", ...desk("robot", "manifest.yaml", "state.yaml")],
  kubernetes: ["plan", ...desk("kubernetes", "manifest.yaml", "state.yaml")],
  "no plan": ["explain", ...desk("robot", "manifest-no-way.yaml", "state.yaml")],
  simulation: ["simulate", ...desk("robot", "manifest.yaml", "state.yaml")],
  "nothing to do": ["plan", ...desk("seed", "manifest-v2.yaml", "state-v2.yaml")],
};

const hostile =
  `</script><script>document.title="owned"</script><img src=http://e.example/x onerror=alert(1)>` +
  `'"&lt;\u202e](javascript:alert(1))`;

describe.skipIf(!needs("chromium"))("a page in Chromium", () => {
  let directory: string;
  let browser: Browser;

  beforeAll(async () => {
    directory = scratchDirectory(afterAll);
    const picture = pictureOf(hostile);
    const page = htmlPage(picture, await svgInPage(picture.graph, hostile));
    writeFileSync(join(directory, "hostile.html"), page);
    writeFileSync(join(directory, "history.html"), historyPage([pastOf(hostile)]));
    writeFileSync(join(directory, "deployment.html"), pastPage(pastOf(hostile)));
    browser = await openChromium(directory);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  const all = oneOfEachKind(
    [...Object.keys(calls), "hostile", "history", "deployment"],
    (name) => calls[name]?.[0] ?? name,
  );

  test.each(all)(
    "%s: no error, no report, nothing loaded, nothing for axe to find",
    async (name) => {
      const { page, said, asked } = await opened(name);
      expect(await axeFindings(page)).toEqual([]);
      expect(said).toEqual([]);
      expect(asked).toEqual([`file://${encodeURI(join(directory, `${name}.html`))}`]);
      await page.close();
    },
  );

  test.each(all)("%s: no page is wider than the screen, on a phone or a wall", async (name) => {
    const { page } = await opened(name);
    for (const width of [360, 1600]) {
      // oxlint-disable-next-line no-await-in-loop -- one page has one size at a time
      await page.setViewport({ width, height: 800 });
      // oxlint-disable-next-line no-await-in-loop
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
    }
    await page.close();
  });

  test("the rows of the way are lit, in the light and in the dark", async () => {
    const { page } = await opened("seed");
    const looks = [];
    for (const scheme of ["light", "dark"]) {
      // oxlint-disable-next-line no-await-in-loop -- one page has one look at a time
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      // oxlint-disable-next-line no-await-in-loop
      const colours = await page.evaluate(
        "['tr.lit', 'tr.dim', 'body'].map((one) => getComputedStyle(document.querySelector(one)).backgroundColor)",
      );
      looks.push(colours);
    }
    expect(looks).toEqual([
      ["rgb(217, 242, 224)", "rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"],
      ["rgb(18, 53, 31)", "rgba(0, 0, 0, 0)", "rgb(15, 20, 25)"],
    ]);
    await page.close();
  });

  test("the conflict of a plan that there is not is lit as well", async () => {
    const { page } = await opened("no plan");
    expect(await page.$$eval("tr.conflict", (rows) => rows.length)).toBe(2);
    expect(await page.$$eval(".graph .edge.missing", (edges) => edges.length)).toBe(2);
    await page.close();
  });

  test("a state of the graph leads to its group and marks the rows that allow it", async () => {
    const { page } = await opened("seed");
    await page.click(".graph .node.passing a");
    expect(await page.evaluate("location.hash")).toBe("#state-1");
    expect(await idsOf(page, "tr.chosen")).toEqual(["row-1-2"]);
    await page.keyboard.press("n");
    expect(await page.evaluate("location.hash")).toBe("#state-2");
    await page.keyboard.press("p");
    await page.keyboard.press("p");
    expect(await page.evaluate("location.hash")).toBe("#state-0");
    await page.close();
  });

  test("the timeline of a deployment has a bar for each state, and red is what failed", async () => {
    const { page } = await opened("deployment");
    const { spans } = pastOf(hostile);
    expect(await page.$$eval(".gantt rect", (bars) => bars.length)).toBe(spans.length);
    const fill = "getComputedStyle(document.querySelector('.gantt rect.failed')).fill";
    expect(await page.evaluate(fill)).toBe("rgb(164, 14, 38)");
    await page.close();
  });

  test("on paper there are no links to jump to, and nothing is cut off", async () => {
    const { page } = await opened("kubernetes");
    await page.emulateMediaType("print");
    const looks = await page.evaluate(
      "[getComputedStyle(document.querySelector('nav')).display, getComputedStyle(document.querySelector('.wide')).overflowX]",
    );
    expect(looks).toEqual(["none", "visible"]);
    await page.close();
  });

  test("without scripts the links still lead there", async () => {
    const { page } = await opened("seed", false);
    await page.click(".grid td.move a");
    expect(await idsOf(page, "li:target")).toEqual(["state-1"]);
    await page.click("li:target a.rule");
    expect(await idsOf(page, "tr:target")).toEqual(["row-1-2"]);
    await page.close();
  });

  test("what others wrote is shown as they wrote it, with what does not show spelled out", async () => {
    const { page } = await opened("hostile");
    expect(await page.title()).toBe(hostile.replace("\u202e", "\\u{202e}"));
    await page.close();
  });

  /** A new page, with all that it complains about and all that it asks for. */
  async function opened(
    name: string,
    hasScripts = true,
  ): Promise<{
    readonly page: Page;
    readonly said: readonly string[];
    readonly asked: readonly string[];
  }> {
    const file = join(directory, `${name}.html`);
    const call = calls[name];
    if (call !== undefined && !existsSync(file)) {
      runProgram([...call, "--format", "html", "--out", file]);
    }
    const page = await browser.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("dialog", (dialog) => said.push(dialog.message()));
    page.on("request", (request) => asked.push(request.url()));
    await page.setJavaScriptEnabled(hasScripts);
    await page.goto(`file://${file}`);
    return { page, said, asked };
  }
});

const ids = z.array(z.string());

async function idsOf(page: Page, selector: string): Promise<readonly string[]> {
  return ids.parse(
    await page.evaluate(`[...document.querySelectorAll("${selector}")].map(({ id }) => id)`),
  );
}
