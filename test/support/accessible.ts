import axe from "axe-core";
import type { Page } from "puppeteer-core";

/** What axe finds against a page, in its light and in its dark colours. */
export async function axeFindings(page: Page): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const scheme of ["light", "dark"]) {
    // oxlint-disable-next-line no-await-in-loop -- one page has one look at a time
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    // oxlint-disable-next-line no-await-in-loop
    await page.evaluate(axe.source);
    // oxlint-disable-next-line no-await-in-loop
    found.push(await page.evaluate(run));
  }
  return found.flat();
}

/** No rule that needs it is asked for, and from the disk axe cannot load what a page has loaded. */
const run =
  "axe.run({preload: false}).then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html).join(' ')))";
