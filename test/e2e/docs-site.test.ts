import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { axeFindings } from "../support/accessible.ts";
import { openChromium } from "../support/chromium.ts";
import { pages } from "../support/docs-blocks.ts";
import { needs } from "../support/needs.ts";
import { scratchDirectory } from "../support/scratch.ts";

/** The site that `npm run docs` makes. */

function makeSite(out: string, from = ".") {
  const script = resolve(".ci/docs/build.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--out", out], {
    cwd: from,
    encoding: "utf8",
  });
  return { status, stderr };
}

const texts = z.array(z.string());
const allFound = "[...document.querySelectorAll('#found a')].map(({ href }) => href)";

/** The project with docs that may be changed. */
function copyOfDocs(): string {
  const directory = join(scratchDirectory(), "project");
  mkdirSync(directory);
  for (const name of readdirSync("."))
    if (!["docs", "dist-docs", ".git"].includes(name))
      symlinkSync(resolve(name), join(directory, name));
  cpSync("docs", join(directory, "docs"), { recursive: true });
  return directory;
}

test("a link that leads nowhere, and a page in no menu, are told, and nothing is written", () => {
  const project = copyOfDocs();
  const page = join(project, "docs/usb.md");
  const line = readFileSync(page, "utf8").split("\n").length + 1;
  appendFileSync(
    page,
    "\n[a](nowhere.md), [b](cli.md#no-such-heading), [c](#pulled-out-in-the-middle)\n",
  );
  cpSync(page, join(project, "docs/stray.md"));
  const { status, stderr } = makeSite("out", project);
  expect(status).toBe(1);
  expect(stderr.split("\n").toSorted()).toEqual([
    "",
    `docs: docs/stray.md is in no list of docs/README.md`,
    `docs: docs/stray.md:${line}: "cli.md#no-such-heading" leads nowhere`,
    `docs: docs/stray.md:${line}: "nowhere.md" leads nowhere`,
    `docs: docs/usb.md:${line}: "cli.md#no-such-heading" leads nowhere`,
    `docs: docs/usb.md:${line}: "nowhere.md" leads nowhere`,
  ]);
  expect(readdirSync(project)).not.toContain("out");
});

describe.skipIf(!needs("chromium"))("in Chromium, from the disk", () => {
  let directory: string;
  let browser: Browser;
  const asked = new Set<string>();
  const said: string[] = [];

  beforeAll(async () => {
    directory = scratchDirectory(afterAll);
    const { status, stderr } = makeSite(join(directory, "site"));
    if (status !== 0) throw new Error(stderr);
    browser = await openChromium(directory);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  async function opened(name: string): Promise<Page> {
    const page = await browser.newPage();
    page.on("request", (request) => asked.add(request.url()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("console", (message) => said.push(message.text()));
    await page.goto(`file://${join(directory, "site", name)}`);
    return page;
  }

  const siteNames = pages.map((page) =>
    page.replace(/README\.md$/, "index.html").replace(/\.md$/, ".html"),
  );

  test("every page shows itself in the menu, and all it links to is there", () => {
    for (const name of siteNames) {
      const file = join(directory, "site", name);
      const html = readFileSync(file, "utf8");
      const links = [...html.matchAll(/ (?:href|src)="([^"#]+)/g)].map(([, link = ""]) => link);
      const lost = links
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(dirname(file), link)));
      expect({ name, lost }).toEqual({ name, lost: [] });
      const current = html.match(/aria-current="page"/g) ?? [];
      expect([name, current.length]).toEqual([name, name === "docs/index.html" ? 0 : 1]);
    }
  });

  test("the search finds by word, by name and by its beginning, and leads there", async () => {
    const page = await opened("docs/usb.html");
    const found = async (words: string) => {
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      await page.keyboard.type(words);
      const hrefs = texts.parse(await page.evaluate(allFound));
      return hrefs.map((href) => href.slice(`file://${directory}/site/docs/`.length));
    };
    const expected = {
      HistoryLimit: "configuration.html#configuration",
      "failed-before": "problems.html#failed-before",
      "what must be kep": "interface-protocol.html#what-must-be-kept-until-when",
    };
    expect(await found("zzzz")).toEqual([]);
    for (const [words, first] of Object.entries(expected)) {
      // oxlint-disable-next-line no-await-in-loop -- a page has one search
      expect({ words, first: (await found(words))[0] }).toEqual({ words, first });
    }
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    expect(page.url()).toBe(
      `file://${directory}/site/docs/interface-protocol.html#what-must-be-kept-until-when`,
    );
  });

  test.each(["index.html", "docs/interface-protocol.html", "docs/operate.html"])(
    "axe finds nothing on %s",
    async (name) => {
      expect(await axeFindings(await opened(name))).toEqual([]);
    },
  );

  test("nothing was asked of any network, and nothing went wrong", () => {
    expect(asked.size).toBeGreaterThan(4);
    expect([...asked].filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
    expect(said).toEqual([]);
  });
});
