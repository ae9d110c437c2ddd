import type { Problem } from "../core/problem.ts";
import type { Reachability } from "../planner/conflict/reachability.ts";
import { reachJson, reachLines } from "./lint.ts";
import { problemJson, problemsText } from "./problems.ts";
import type { Style } from "./style.ts";
import { counted } from "./words.ts";

/** What was found in one file. */
export interface ValidatedFile {
  readonly file: string;
  /** What it is, for example `Manifest`; null where it could not be read. */
  readonly kind: string | null;
  readonly problems: readonly Problem[];
  /** Deprecations and warnings. */
  readonly notes: readonly Problem[];
  /** Which System version leads to which; absent but for Manifests with tables. */
  readonly reach?: Reachability | null;
}

/** `strict`: a warning is no better than a problem. */
export function validationLines(
  files: readonly ValidatedFile[],
  style: Style,
  strict: boolean,
): readonly string[] {
  return files.flatMap((found) => [
    `${style.strong(found.file)}: ${found.kind ?? "not readable"}, ${verdict(found, style, strict)}`,
    ...problemsText(found.problems, style),
    ...problemsText(found.notes, style, "warning"),
    ...(found.reach === null || found.reach === undefined ? [] : reachLines(found.reach, style)),
  ]);
}

function verdict({ problems, notes }: ValidatedFile, style: Style, strict: boolean): string {
  if (problems.length > 0) return style.bad(counted(problems.length, "problem"));
  const warnings = counted(notes.length, "warning");
  if (notes.length > 0) return strict ? style.bad(warnings) : style.careful(warnings);
  return style.good("good");
}

export function validationJson(
  files: readonly ValidatedFile[],
  exit: number,
  strict: boolean,
): Readonly<Record<string, unknown>> {
  return {
    type: "validation",
    files: files.map(({ file, kind, problems, notes, reach }) => ({
      file,
      kind,
      good: problems.length === 0 && !(strict && notes.length > 0),
      problems: problems.map((problem) => problemJson(problem)),
      notes: notes.map((note) => problemJson(note, "warning")),
      ...(reach !== null && reach !== undefined && { reach: reachJson(reach) }),
    })),
    exit,
  };
}
