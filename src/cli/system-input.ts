import { dirname, resolve } from "node:path";
import { openBundle } from "../bundle/bundle.ts";
import { ok, type Result } from "../core/result.ts";
import type { TextFile } from "../manifest/source.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Places } from "../sources/places.ts";
import { withBundleFile, withInput } from "./bundle-file.ts";
import type { Context } from "./context.ts";
import { readText } from "./input-files.ts";
import { kindOfInput } from "./input-kind.ts";
import type { Settings } from "./settings.ts";

/** A Manifest, alone or in its bundle, and where its Artifacts may lie. */
export interface SystemInput {
  readonly manifest: TextFile;
  readonly places: Places;
}

/** Opens what the command line names, a bundle or a Manifest, for the time of use. */
export async function withSystemInput<T>(
  context: Context,
  settings: Pick<Settings, "keys">,
  name: string,
  use: (input: SystemInput) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { platform, environment } = context;
  const path = resolve(environment.workingDirectory, name);
  const common = {
    files: platform.files,
    decompressors: platform.decompressors,
    keys: settings.keys,
    beside: { path: dirname(path), name: dirname(name) },
  };
  const kind = await withInput(context, name, async (source) => ok(await kindOfInput(source)));
  if (!kind.ok) return kind;
  if (kind.value === "text") {
    const file = readText(platform.files, environment.workingDirectory, name);
    return file.ok
      ? await use({ manifest: file.value, places: { ...common, bundle: null } })
      : file;
  }
  return await withBundleFile(context, name, async (source: ByteSource) => {
    const bundle = await openBundle(source, settings.keys);
    if (!bundle.ok) return bundle;
    const { entry, bytes } = bundle.value.manifest;
    return await use({
      manifest: { name: `${name}:${entry}`, bytes },
      places: { ...common, bundle: { path, bundle: bundle.value, source } },
    });
  });
}
