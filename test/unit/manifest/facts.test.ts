import { expect, test } from "vitest";
import { matchSystem } from "../../../src/manifest/match.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import {
  expectOk,
  matchInput,
  problemLines,
  problemsOf,
  textFile,
} from "../../support/manifests.ts";

const manifest = (rule: string) =>
  expectOk(
    readManifest(
      textFile(
        "m.yaml",
        [
          "api_version: mender/v1",
          "kind: manifest",
          "name: facts",
          "system_types_compatible: [a]",
          "component_types:",
          "  kubelet: { artifact_name: kubelet-1.31.0 }",
          "  kubeproxy: { artifact_name: kubeproxy-1.31.0 }",
          "constraints:",
          "  end_states: any",
          "  transition_states: any",
          `  rules: [${rule}]`,
          "",
        ].join("\n"),
      ),
    ),
  ).manifest;

const together =
  "{ name: node, when: { kubelet: 1.31.x }, require: { kubeproxy: 1.31.x }, sharing: node }";

const state = (...components: readonly string[]) =>
  ["components:", ...components.map((one) => `  - { ${one} }`), ""].join("\n");

const board = (type: string, id: string, more: string) =>
  `component_type: ${type}, id: ${id}, ${more}`;

/** The Components that each table of a rule speaks of. */
function tablesOf(rule: string, ...components: readonly string[]): readonly string[] {
  const { system } = expectOk(matchSystem(matchInput(manifest(rule), state(...components))));
  return system.transitionTables.map(({ columns }) =>
    columns
      .map(
        ({ type, component }) => system.components[component ?? -1]?.id ?? system.types[type]?.name,
      )
      .join(" "),
  );
}

function refused(rule: string, ...components: readonly string[]): readonly string[] {
  return problemLines(problemsOf(matchSystem(matchInput(manifest(rule), state(...components)))));
}

test("sharing: only Components of one value, whoever tells it", () => {
  expect(
    tablesOf(
      together,
      board("kubelet", "L1", "version: kubelet-1.30.0, facts: { node: n1 }"),
      board(
        "kubelet",
        "L2",
        "provides: { rootfs-image.kubelet.version: kubelet-1.30.0, node: n2 }",
      ),
      board("kubeproxy", "P2", "version: kubeproxy-1.30.0, facts: { node: n2 }"),
      board("kubeproxy", "P1", "version: kubeproxy-1.30.0, facts: { node: n1 }"),
    ),
  ).toEqual(["L1 P1", "L2 P2"]);
});

test("a Component that lacks the shared fact is never passed over", () => {
  expect(
    refused(
      together,
      board("kubelet", "L1", "version: kubelet-1.30.0, facts: { node: n1 }"),
      board("kubeproxy", "P1", "version: kubeproxy-1.30.0"),
    ),
  ).toEqual([
    'state.yaml:3:5 fact-missing-in-state The rule "node" speaks of Components that share "node", which "P1" does not have. Let the Component provide it, or say it below "facts" of the Topology or the state file.',
  ]);
});

test("two that say something else of a fact are told", () => {
  const text = state(
    board("kubelet", "L1", "provides: { node: n1 }, facts: { node: n2 }"),
    board("kubeproxy", "P1", "version: kubeproxy-1.30.0, facts: { node: n1 }"),
  );
  expect(problemLines(problemsOf(matchSystem(matchInput(manifest(together), text))))).toEqual([
    'state.yaml:2:5 facts-disagree "L1" provides "node" as "n1", and "n2" is said of it. Correct "facts" in the Topology or the state file, or what the Component reports.',
  ]);
});

test("only those of whom a fact is said are spoken of; of whom nobody knows it, too", () => {
  const rule = '{ when: { "kubelet:arch": arm }, require: { kubeproxy: 1.31.x } }';
  const proxy = board("kubeproxy", "P1", "version: kubeproxy-1.31.0");
  const kubelet = (id: string, arch: string) =>
    board("kubelet", id, `version: kubelet-1.30.0, facts: { ${arch} }`);
  expect(tablesOf(rule, kubelet("L1", "arch: arm"), kubelet("L2", "arch: amd"), proxy)).toEqual([
    "L1 kubeproxy",
  ]);
  expect(tablesOf(rule, kubelet("L1", "os: linux"), proxy)).toEqual(["kubelet kubeproxy"]);
  expect(tablesOf(rule, kubelet("L1", "arch: amd"), proxy)).toEqual([]);
});

test("a fact that is a number is compared with a range", () => {
  const rule = '{ when: { "kubelet:rev": ">=2" }, require: { kubeproxy: 1.31.x } }';
  const proxy = board("kubeproxy", "P1", "version: kubeproxy-1.31.0");
  const ofRev = (rev: string) =>
    tablesOf(
      rule,
      board("kubelet", "L1", `version: kubelet-1.30.0, facts: { rev: ${rev} }`),
      proxy,
    );
  expect(
    [ofRev("2"), ofRev("2.1"), ofRev("1"), ofRev("rev-3")].map(({ length }) => length),
  ).toEqual([1, 1, 0, 1]);
});
