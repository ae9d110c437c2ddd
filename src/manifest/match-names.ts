import { lookAlikes } from "./look-alikes.ts";
import {
  cellNames,
  columnsIn,
  type FoundNames,
  joined,
  namesOfManifest,
  versionNames,
  versionsOfType,
} from "./manifest-names.ts";
import type { MatchInput } from "./match-input.ts";
import { versionNow } from "./version-domains.ts";
import { versionNamed } from "./version.ts";

/**
 * Names that only show when the Manifest meets its Artifacts, a device's own rules and the Components. What a Component
 * reports is told in a note, whatever it is: nobody can change it but by an update.
 */
export function namesOfMatch(input: MatchInput): FoundNames {
  const { manifest, deviceConstraints, artifacts, components } = input;
  const known = new Set(namesOfManifest(manifest).notes.map(({ message }) => message));
  const own = columnsIn(manifest, manifest.constraints);
  const device = columnsIn(manifest, deviceConstraints);
  const { problems, notes } = joined(
    manifest.componentTypes.map((wanted) => {
      const { type, at } = wanted;
      const found = artifacts.filter((one) => one.type === type);
      const present = components.filter((one) => one.type === type);
      return lookAlikes(versionsOfType(wanted), [
        ...versionNames(wanted, own),
        ...found.map(({ name }) => ({ name: versionNamed(name), at })),
        ...cellNames(device.get(type) ?? []),
        ...present.map((one) => ({ name: versionNow(input, one), at: one.at })),
      ]);
    }),
  );
  return { problems, notes: notes.filter(({ message }) => !known.has(message)) };
}
