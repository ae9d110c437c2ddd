import { FileError, type Platform } from "../../platform/types.ts";

/** No copy takes longer. Milliseconds. */
const copyTimeoutMs = 60_000;

/** Interfaces stay executable, and by our umask nobody else can write them. */
export async function copy(platform: Platform, from: string, to: string): Promise<void> {
  const child = await platform.processes.start({
    file: "cp",
    args: ["-R", "--", from, to],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    timeoutMs: copyTimeoutMs,
    graceMs: 1000,
    onOutput: () => {},
  });
  const end = await child.ended;
  if (end.kind !== "exited" || end.code !== 0) {
    throw new FileError("EIO", to, `cp could not copy "${from}"`);
  }
}
