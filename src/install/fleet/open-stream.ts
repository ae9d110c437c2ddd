import { ok, type Result } from "../../core/result.ts";
import { openInput } from "../input-files.ts";
import type { Machine } from "../machine.ts";
import type { FleetInput } from "./plan-fleet.ts";

/** `-` is stdin. The caller closes it. */
export function openStream(
  { platform: { files, host }, environment, signal }: Machine,
  name: string,
): Result<FleetInput & { readonly close: () => void }> {
  if (name === "-")
    return ok({ name: "stdin", pieces: host.standardInput(signal), close: () => {} });
  const opened = openInput(files, environment.workingDirectory, name);
  if (!opened.ok) return opened;
  const source = opened.value;
  return ok({ name, pieces: source.read(0, source.size), close: source.close });
}
