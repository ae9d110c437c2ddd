import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { answer } from "../output/output.ts";
import type { Context } from "./context.ts";
import type { SchemaName } from "./schema-names.ts";
import { jsonSchema } from "./schemas.ts";

/** The JSON Schema of a file format. */
// oxlint-disable-next-line require-await
export async function schema({ output }: Context, name: SchemaName): Promise<ExitCode> {
  answer(
    output,
    () => JSON.stringify(jsonSchema(name), null, 2).split("\n"),
    () => jsonSchema(name),
  );
  return exitCode.done;
}
