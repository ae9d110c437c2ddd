import { join } from "node:path";

/** A device's own rules lie here. */
export function deviceConstraintsFile(confDir: string): string {
  return join(confDir, "constraints.yaml");
}
