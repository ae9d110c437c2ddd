import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, launch } from "puppeteer-core";
import { placeOf } from "./needs.ts";

/** Chromium without a window; what it keeps lies in `directory`. */
export async function openChromium(directory: string): Promise<Browser> {
  const home = join(directory, "home");
  mkdirSync(home, { recursive: true });
  return await launch({
    executablePath: placeOf("chromium") ?? "chromium",
    // Root, as whom containers run tests, has no sandbox.
    args: ["--no-sandbox", "--disable-gpu"],
    env: { ...process.env, HOME: home },
  });
}
