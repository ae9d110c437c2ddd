import { ok, type Result } from "../../core/result.ts";
import { openInput } from "../input-files.ts";
import type { Machine } from "../machine.ts";
import type { FleetInput } from "./plan-fleet.ts";

export interface OpenFleet extends FleetInput {
  /** How long it is; null: nobody knows. */
  readonly bytes: number | null;
  readonly close: () => void;
}

/** `-` is stdin. The caller closes it. */
export function openStream(
  { platform: { files, host }, environment, signal }: Machine,
  name: string,
): Result<OpenFleet> {
  if (name === "-")
    return ok({ name: "stdin", pieces: host.standardInput(signal), bytes: null, close: () => {} });
  const opened = openInput(files, environment.workingDirectory, name);
  if (!opened.ok) return opened;
  const source = opened.value;
  return ok({ name, pieces: source.read(0, source.size), bytes: source.size, close: source.close });
}
