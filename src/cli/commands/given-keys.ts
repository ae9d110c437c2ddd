import type { VerifyKey } from "../../artifact/keys.ts";
import { ok, type Result } from "../../core/result.ts";
import { readVerifyKeys } from "../../install/key-files.ts";
import { readKeySettings } from "../../install/permissions.ts";
import type { Context } from "./context.ts";

/** The keys of the command line, else those of the configuration, which an install asks for. */
export function givenOrConfiguredKeys(
  context: Context,
  given: readonly string[],
): Result<readonly VerifyKey[]> {
  if (given.length > 0) return readVerifyKeys(context, given);
  const settings = readKeySettings(context);
  return settings.ok ? ok(settings.value.keys) : settings;
}
