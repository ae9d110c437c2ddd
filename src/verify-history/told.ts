import type { GatePlace } from "../certificate/shape.ts";

/** What a journal tells of a deployment, as far as it is held against a certificate. Names are those of the journal. */
export type Told =
  | Begun
  | {
      readonly type: "intent";
      readonly round: string;
      readonly group: number | null;
      readonly components: readonly string[];
    }
  | {
      readonly type: "outcome";
      readonly component: string;
      readonly failure: unknown;
      readonly answer: string | null;
    }
  | { readonly type: "replanned"; readonly groups: Groups | null }
  | { readonly type: "ended"; readonly outcome: string }
  | {
      readonly type: "gate-asked";
      readonly gate: string;
      readonly moment: GatePlace["moment"];
      readonly group: number | null;
    }
  | {
      readonly type: "gate-answered";
      readonly gate: string;
      readonly answer: { readonly kind: "go" | "not-now" | "no" };
    }
  | { readonly type: "gate-running" }
  | { readonly type: "run" | "running" | "stopped" | "told" };

export interface Begun {
  readonly type: "begin";
  readonly manifest: string;
  readonly system: {
    readonly types: readonly {
      readonly name: string;
      readonly versions: readonly string[];
      readonly target: number;
    }[];
    readonly components: readonly {
      readonly id: string;
      readonly type: number;
      readonly start: number;
    }[];
  };
  readonly plan: { readonly stages: readonly { readonly groups: Groups }[] };
  /** Left out: there are none. */
  readonly gates?: readonly {
    readonly name: string;
    readonly at: readonly GatePlace["moment"][];
    readonly timeoutMs: number;
    readonly deferAtMostMs: number | null;
  }[];
}

export type Groups = readonly (readonly Step[])[];

export interface Step {
  readonly component: string;
  readonly from: string;
  readonly to: string;
  /** On a way out; else it is an install. */
  readonly means?: "install" | "rollback";
}
