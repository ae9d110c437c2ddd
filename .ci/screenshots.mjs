// Draws the pages in docs/pictures anew: builds where needed, calls the program, and looks at what it wrote in
// Chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { launch } from "puppeteer-core";

const shots = [
  { name: "seed", manifest: "manifest-v2.yaml", state: "state-v1.yaml", scheme: "light" },
  { name: "robot", manifest: "manifest.yaml", state: "state.yaml", scheme: "light" },
  { name: "kubernetes", manifest: "manifest.yaml", state: "state.yaml", scheme: "dark" },
];

const scratch = mkdtempSync(join(tmpdir(), "orchestrator-screenshots-"));
mkdirSync("docs/pictures", { recursive: true });
const browser = await launch({
  executablePath: env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
  env: { ...env, HOME: scratch },
});
for (const { name, manifest, state, scheme } of shots) {
  const file = join(scratch, `${name}.html`);
  const system = `fixtures/systems/${name}`;
  const input = [join(system, manifest), "--state", join(system, state)];
  execFileSync(resolve("bin/orchestrator"), ["plan", ...input, "--format", "html", "--out", file]);
  const page = await browser.newPage();
  await page.setViewport({ width: 1000, height: 1500 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(`file://${file}`);
  await page.screenshot({ path: `docs/pictures/${name}.png`, optimizeForSpeed: false });
}
await browser.close();
rmSync(scratch, { recursive: true });
