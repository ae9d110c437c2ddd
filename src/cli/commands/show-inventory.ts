import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { ok } from "../../core/result.ts";
import { topologyOf } from "../../install/device-files.ts";
import { readGuardedSettings } from "../../install/permissions.ts";
import { ask, askEach, survey } from "../../install/survey.ts";
import { askInventory } from "../../interface/query.ts";
import { inventoryJson, inventoryLines, toldInventory } from "../../report/key-values.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What the Server is to know of this System: what every Component provides, and what it tells for the inventory. */
export async function showInventory(context: Context): Promise<ExitCode> {
  const { output } = context;
  const settings = readGuardedSettings(context);
  if (!settings.ok) return failed(output, settings.problems);
  const topology = topologyOf(context, settings.value);
  if (!topology.ok) return failed(output, topology.problems);
  const found = await survey(context, settings.value, topology.value, null);
  if (!found.ok) return failed(output, found.problems);
  const told = await askEach(found.value.components, async (component) => {
    const asked = await ask(context, settings.value, component, "Inventory", (spec) =>
      askInventory(context.platform, spec),
    );
    if (!asked.ok) return asked;
    const { id, entry, provides } = component;
    return ok(toldInventory({ id, type: entry.componentType, provides }, asked.value));
  });
  if (!told.ok) return failed(output, told.problems);
  const inventory = { systemType: topology.value.systemType, components: told.value };
  answer(
    output,
    () => inventoryLines(inventory),
    () => inventoryJson(inventory),
  );
  return exitCode.done;
}
