import type { Certificate, System as CertifiedSystem } from "../certificate/shape.ts";
import { passesEndStatesOnly } from "../manifest/system-state.ts";
import type { Rule, System } from "../manifest/system.ts";

/** A file as it was read. */
export interface InputText {
  readonly file: string;
  readonly text: string;
}

/** The places that rows name, each once. */
interface Places {
  readonly indexOf: (rule: Rule) => number;
  readonly all: Certificate["places"];
}

export function placesIn(texts: readonly InputText[]): Places {
  const lines = new Map(texts.map(({ file, text }) => [file, text.split(/\r\n|\n|\r/)]));
  const known = new Map<string, number>();
  const all: Certificate["places"][number][] = [];
  return {
    all,
    indexOf: ({ file, line, row }) => {
      const key = JSON.stringify([file, line, row]);
      const before = known.get(key);
      if (before !== undefined) return before;
      const index = all.push({ file, line, row, text: lines.get(file)?.[line - 1] ?? null }) - 1;
      known.set(key, index);
      return index;
    },
  };
}

/** The System as it was planned, in the form of the certificate. */
export function certifiedSystem(system: System, placeOf: Places["indexOf"]): CertifiedSystem {
  return {
    types: system.types.map(({ name, versions, target, maxParallel }) => ({
      name,
      versions,
      wanted: target,
      max_parallel: maxParallel,
    })),
    components: system.components.map(({ id, type, start, supportsRollback, hops }) => ({
      id,
      type,
      start,
      rollback: supportsRollback,
      hops: hops.flatMap((onwards, from) => onwards.map((to): [number, number] => [from, to])),
    })),
    end_states: system.endTables.map(({ name, columns, rows }) => ({
      name,
      default: "deny" as const,
      columns,
      rows: rows.map(({ verdict, cells, rule, systemVersion }) => ({
        verdict,
        cells,
        ...(systemVersion === null ? {} : { system_version: systemVersion }),
        at: placeOf(rule),
      })),
    })),
    transition_states: system.transitionTables.map(({ name, columns, rows, allowByDefault }) => ({
      name,
      default: allowByDefault ? ("allow" as const) : ("deny" as const),
      columns,
      rows: rows.map(({ verdict, cells, rule }) => ({ verdict, cells, at: placeOf(rule) })),
    })),
    end_states_only: passesEndStatesOnly(system),
    limits: (system.limits ?? []).map(({ components, most, rule }) => ({
      components,
      at_most: most,
      at: placeOf(rule),
    })),
  };
}
