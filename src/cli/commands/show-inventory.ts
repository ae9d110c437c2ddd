import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { askInventory } from "../../interface/query.ts";
import { keyValueLines, keyValuesJson } from "../../report/key-values.ts";
import type { Context } from "../context.ts";
import { answer, failed } from "../output.ts";
import { readGuardedSettings } from "../permissions.ts";
import { ask, askEach, identify } from "../survey.ts";
import { topologyOf } from "../topology.ts";
import { ok } from "../../core/result.ts";

/** What every Component of this System tells for the inventory. */
export async function showInventory(context: Context): Promise<ExitCode> {
  const { output } = context;
  const settings = readGuardedSettings(context);
  if (!settings.ok) return failed(output, settings.problems);
  const topology = topologyOf(context, settings.value);
  if (!topology.ok) return failed(output, topology.problems);
  const found = await identify(context, settings.value, topology.value);
  if (!found.ok) return failed(output, found.problems);
  const told = await askEach(found.value.components, async (component) => {
    const asked = await ask(context, settings.value, component, "Inventory", (spec) =>
      askInventory(context.platform, spec),
    );
    if (!asked.ok) return asked;
    return ok({ id: component.id, type: component.entry.componentType, values: asked.value });
  });
  if (!told.ok) return failed(output, told.problems);
  answer(
    output,
    () => keyValueLines(told.value),
    () => ({ type: "inventory", components: keyValuesJson(told.value) }),
  );
  return exitCode.done;
}
