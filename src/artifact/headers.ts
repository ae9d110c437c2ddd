import type * as z from "zod";
import { hiddenCharacters, withHiddenShown } from "../core/hidden-characters.ts";
import { ArtifactName } from "../core/ids.ts";
import { parseJson } from "../core/json.ts";
import { readOnce } from "../core/read-once.ts";
import { refused } from "./artifact-error.ts";
import { HeaderInfo, MetaData, TypeInfo } from "./header-schemas.ts";
import type { Artifact } from "./types.ts";

/** The JSON files of the header as they stand there. */
export interface HeaderFiles {
  readonly headerInfo: Uint8Array;
  readonly typeInfo: Uint8Array;
  readonly metaData: Uint8Array | null;
}

/** What the header says, by artifact.md's rules. */
export type HeaderContent = Pick<
  Artifact,
  "name" | "group" | "payloadType" | "provides" | "depends" | "clears"
>;

/** Reads the three files; ArtifactError where they break a rule. */
export function readHeaders(file: string, files: HeaderFiles): HeaderContent {
  const info = read(file, "header-info", HeaderInfo, files.headerInfo);
  const [payload, ...more] = info.payloads;
  if (payload === undefined || more.length > 0) {
    throw refused(
      "artifact-multiple-payloads",
      file,
      `"${file}" holds ${info.payloads.length} payloads.`,
      {
        expected: "1",
        got: String(info.payloads.length),
        hint: "Make one Artifact for each payload.",
      },
    );
  }
  if (payload.type === null || payload.type === "") {
    throw refused(
      "artifact-empty-payload",
      file,
      `"${file}" is an Artifact with an empty payload.`,
      {
        expected: "a payload type",
        got: "none",
        hint: "There is nothing in it to install; make it with `mender-artifact write module-image`.",
      },
    );
  }
  const type = read(file, "headers/0000/type-info", TypeInfo, files.typeInfo);
  if (type.type !== payload.type) {
    throw headerInvalid(
      file,
      "headers/0000/type-info",
      "names another payload type than header-info",
      {
        expected: payload.type,
        got: type.type,
      },
    );
  }
  // Go's writer leaves an empty file where there is no meta-data.
  if (files.metaData !== null && files.metaData.length > 0) {
    read(file, metaDataPart, MetaData, files.metaData);
  }

  const provides = merged(file, present(info.artifact_provides), type.artifact_provides, same);
  const depends = merged(file, info.artifact_depends, type.artifact_depends, sameList);
  const name = ArtifactName.safeParse(provides.get("artifact_name"));
  if (!name.success) {
    const given = provides.get("artifact_name") ?? "";
    throw headerInvalid(
      file,
      "header-info",
      "has no usable `artifact_name` in `artifact_provides`",
      {
        expected: "1 to 256 characters, no blanks at the ends",
        got: given.length > 256 ? `${given.length} characters` : `"${given}"`,
      },
    );
  }
  // mender-artifact lets it be left out; the Mender Client then installs the Artifact on no device.
  if (info.artifact_depends === undefined) {
    throw headerInvalid(file, "header-info", "names no `device_type` in `artifact_depends`");
  }
  return {
    name: name.data,
    group: provides.get("artifact_group") ?? null,
    payloadType: payload.type,
    provides,
    depends,
    clears: type.clears_artifact_provides ?? null,
  };
}

function read<T>(file: string, part: string, schema: z.ZodType<T>, bytes: Uint8Array): T {
  const parsed = schema.safeParse(json(file, part, bytes), readOnce);
  const hidden = parsed.success && part !== metaDataPart ? hiddenIn(parsed.data, "") : null;
  if (hidden !== null) throw invisible(file, part, hidden);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.map(String).join(".") ?? "";
  throw headerInvalid(
    file,
    part,
    `is wrong${at === "" ? "" : ` at \`${at}\``}: ${issue?.message.replace("Invalid input: ", "") ?? ""}`,
  );
}

/** For the Interface alone, in whose own words it is written. */
const metaDataPart = "headers/0000/meta-data";

interface HiddenText {
  readonly text: string;
  /** `artifact_provides.artifact_name` */
  readonly path: string;
}

/** The first key or text that holds a character which does not show; null where there is none. */
function hiddenIn(value: unknown, path: string): HiddenText | null {
  if (typeof value === "string") return isHidden(value) ? { text: value, path } : null;
  if (typeof value !== "object" || value === null) return null;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  for (const [key, each] of entries) {
    const at = path === "" ? String(key) : `${path}.${key}`;
    const found = isHidden(String(key)) ? { text: String(key), path: at } : hiddenIn(each, at);
    if (found !== null) return found;
  }
  return null;
}

function isHidden(text: string): boolean {
  return hiddenCharacters(text).length > 0;
}

function invisible(file: string, part: string, { text, path }: HiddenText) {
  return refused(
    "invisible-character",
    file,
    `"${withHiddenShown(text)}" holds a character that does not show, at \`${withHiddenShown(path)}\` in "${part}" of "${file}".`,
    {
      expected: "names of characters that show",
      got: withHiddenShown(text),
      hint: "Make the Artifact again without it: two names that look the same would not be the same.",
    },
  );
}

/** Reads JSON; ArtifactError where it is none. */
function json(file: string, part: string, bytes: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw headerInvalid(file, part, "is not JSON");
  }
}

/** The fields that are there, as a Map. */
function present(
  fields: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) map.set(key, value);
  return map;
}

/** header-info's and type-info's together; a key in both must say the same. */
function merged<T>(
  file: string,
  first: ReadonlyMap<string, T> = new Map(),
  second: ReadonlyMap<string, T> = new Map(),
  equal: (a: T, b: T) => boolean,
): ReadonlyMap<string, T> {
  for (const [key, value] of second) {
    const other = first.get(key);
    if (other !== undefined && !equal(other, value)) {
      throw headerInvalid(
        file,
        "headers/0000/type-info",
        `says something else about \`${key}\` than header-info`,
      );
    }
  }
  return new Map([...first, ...second]);
}

function same(a: string, b: string): boolean {
  return a === b;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

export function headerInvalid(
  file: string,
  part: string,
  what: string,
  found: { readonly expected?: string; readonly got?: string } = {},
) {
  return refused("artifact-header-invalid", file, `"${part}" of "${file}" ${what}.`, {
    ...found,
    hint: "Make the Artifact again with `mender-artifact`.",
  });
}
