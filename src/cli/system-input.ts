import { dirname, resolve } from "node:path";
import type { VerifyKey } from "../artifact/keys.ts";
import { openBundle } from "../bundle/bundle.ts";
import { ok, type Result } from "../core/result.ts";
import type { TextFile } from "../manifest/source.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Places } from "../sources/places.ts";
import { withBundleFile, withInput } from "./bundle-file.ts";
import type { Context } from "./context.ts";
import { readText } from "./input-files.ts";
import { kindOfInput } from "./input-kind.ts";

/** A Manifest, alone or in its bundle, and where its Artifacts may lie. */
export interface SystemInput {
  readonly manifest: TextFile;
  readonly places: Places;
}

/** Whether it is a bundle; else it is taken for a Manifest. */
export async function isBundle(context: Context, name: string): Promise<Result<boolean>> {
  return await withInput(context, name, async (source) =>
    ok((await kindOfInput(source)) !== "text"),
  );
}

/** Opens a Manifest for the time of use: its Artifacts lie beside it. */
export async function withManifest<T>(
  { platform, environment }: Context,
  keys: readonly VerifyKey[],
  name: string,
  use: (input: SystemInput) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { files, decompressors } = platform;
  const manifest = readText(files, environment.workingDirectory, name);
  if (!manifest.ok) return manifest;
  const path = dirname(resolve(environment.workingDirectory, name));
  const places = {
    files,
    decompressors,
    keys,
    bundle: null,
    beside: { path, name: dirname(name) },
  };
  return await use({ manifest: manifest.value, places });
}

/** Opens a bundle for the time of use. `path` where it does not lie at its name: an install may have brought it to safety. */
export async function withBundle<T>(
  context: Context,
  keys: readonly VerifyKey[],
  name: string,
  use: (input: SystemInput) => Promise<Result<T>>,
  path: string = resolve(context.environment.workingDirectory, name),
): Promise<Result<T>> {
  const { files, decompressors } = context.platform;
  const opened = async (source: ByteSource): Promise<Result<T>> => {
    const bundle = await openBundle(source, keys);
    if (!bundle.ok) return bundle;
    const { entry, bytes } = bundle.value.manifest;
    return await use({
      manifest: { name: `${name}:${entry}`, bytes },
      places: {
        files,
        decompressors,
        keys,
        beside: { path: dirname(path), name: dirname(name) },
        bundle: { path, bundle: bundle.value, source },
      },
    });
  };
  return await withBundleFile(context, name, opened, path);
}

/** Opens either of them where it lies. */
export async function withSystemInput<T>(
  context: Context,
  keys: readonly VerifyKey[],
  name: string,
  use: (input: SystemInput) => Promise<Result<T>>,
): Promise<Result<T>> {
  const is = await isBundle(context, name);
  if (!is.ok) return is;
  return await (is.value ? withBundle : withManifest)(context, keys, name, use);
}
