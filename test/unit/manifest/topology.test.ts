import { expect, test } from "vitest";
import { readTopology } from "../../../src/manifest/topology.ts";
import { expectOk, problemLines, problemsOf, textFile } from "../../support/manifests.ts";

const head = ["api_version: mender/v1", "kind: topology", "system_type: a"];
const topology = (...lines: readonly string[]) =>
  textFile("topology.yaml", [...head, ...lines, ""].join("\n"));
const componentsFile = (...lines: readonly string[]) =>
  textFile("components.yaml", ["components:", ...lines, ""].join("\n"));

test("a misspelt field that must be there is one fault, and not missing as well", () => {
  const misspelt = textFile(
    "topology.yaml",
    [
      "api_version: mender/v1",
      "kind: topology",
      "sytem_type: a",
      "components:",
      "  - componet_type: gateway",
      "  - interface: rtos",
      "",
    ].join("\n"),
  );
  expect(problemLines(problemsOf(readTopology(misspelt, null)))).toEqual([
    'topology.yaml:3:1 unknown-field There is no field "sytem_type" here. Did you mean "system_type"?',
    'topology.yaml:5:5 unknown-field There is no field "componet_type" in "components[0]". Did you mean "component_type"?',
    expect.stringContaining(
      'topology.yaml:6:5 missing-field The field "component_type" is missing in "components[1]".',
    ),
  ]);
});

test("a Component says what is called for it, and how; everything but its type has a default", () => {
  const { components } = expectOk(
    readTopology(
      topology(
        "components:",
        "  - component_type: gateway",
        "  - component_type: rtos",
        "    interface: rtos-uart",
        "    interface_args: [R456, 115200, '', yes]",
        "    timeout_seconds: 60",
        "    on_interrupt: observe",
        "    supports_rollback: no",
        "    required: false",
        "    reboots_host: yes",
        "    facts: { hw_rev: B }",
      ),
      null,
    ),
  );
  expect(components).toEqual([
    {
      componentType: "gateway",
      id: null,
      interface: "gateway",
      args: [],
      timeoutSeconds: null,
      onInterrupt: "rollback",
      supportsRollback: null,
      isRequired: true,
      rebootsHost: false,
      facts: new Map(),
      at: { file: "topology.yaml", line: 5, column: 5, text: "  - component_type: gateway" },
      interfaceAt: {
        file: "topology.yaml",
        line: 5,
        column: 21,
        text: "  - component_type: gateway",
      },
    },
    {
      componentType: "rtos",
      id: null,
      interface: "rtos-uart",
      args: ["R456", "115200", "", "yes"],
      timeoutSeconds: 60,
      onInterrupt: "observe",
      supportsRollback: false,
      isRequired: false,
      rebootsHost: true,
      facts: new Map([["hw_rev", "B"]]),
      at: { file: "topology.yaml", line: 6, column: 5, text: "  - component_type: rtos" },
      interfaceAt: { file: "topology.yaml", line: 7, column: 16, text: "    interface: rtos-uart" },
    },
  ]);
});

test("the Components may lie in a file of their own", () => {
  const read = expectOk(
    readTopology(topology(), componentsFile("  - { component_type: gateway }")),
  );
  expect(read.systemType).toBe("a");
  expect(read.components.map(({ componentType, at }) => [componentType, at.file, at.line])).toEqual(
    [["gateway", "components.yaml", 2]],
  );
});

test("Components in both files, or in neither, are an error", () => {
  const inside = topology("components: [{ component_type: gateway }]");
  const twice = readTopology(inside, componentsFile("  - { component_type: rtos }"));
  expect(problemLines(problemsOf(twice))).toEqual([
    'topology.yaml:4:1 topology-components The Components are defined twice: here and in "components.yaml". Remove "components" here, or do not name the other file.',
  ]);
  expect(problemLines(problemsOf(readTopology(topology(), null)))).toEqual([
    'topology.yaml:1:1 topology-components The Topology has no Components. Add "components", or name the file that holds them with "--topology-components".',
  ]);
});

test("all problems of a Topology at once, those of the Components' file too", () => {
  const problems = problemsOf(
    readTopology(
      textFile("topology.yaml", "api_version: mender/v1\nkind: topologie\nsystemtype: a\n"),
      componentsFile(
        "  - { component_type: gateway, interface: ../gateway, timeout_seconds: 0 }",
        "  - { interface: rtos, on_interrupt: ignore, interface_args: R456 }",
      ),
    ),
  );
  expect(problemLines(problems)).toEqual([
    'topology.yaml:2:7 wrong-value "kind" must be "topology", but is "topologie". Write "topology".',
    'topology.yaml:3:1 unknown-field There is no field "systemtype" here. Did you mean "system_type"?',
    'components.yaml:2:43 wrong-value "components[0].interface" must be a file name without "/", of at most 255 characters, but is "../gateway". Write a file name without "/", of at most 255 characters.',
    'components.yaml:2:72 wrong-value "components[0].timeout_seconds" must be a whole number from 1 to 2000000, but is "0". Write a whole number from 1 to 2000000.',
    'components.yaml:3:5 missing-field The field "component_type" is missing in "components[1]". Add "component_type": it must be a text.',
    'components.yaml:3:38 wrong-value "components[1].on_interrupt" must be "rollback", "retry" or "observe", but is "ignore". Write "rollback", "retry" or "observe".',
    'components.yaml:3:62 wrong-type "components[1].interface_args" must be a list of arguments, but is "R456". Write a list of arguments.',
  ]);
});

test("a type that is no file name needs an Interface by name", () => {
  const problems = problemsOf(
    readTopology(topology("components: [{ component_type: a/b }]"), null),
  );
  expect(problemLines(problems)).toEqual([
    'topology.yaml:4:14 wrong-value The Component type "a/b" cannot be the name of an Interface. Add "interface" with the name of the executable.',
  ]);
});

test("an argument cannot hold what no system call takes", () => {
  const problems = problemsOf(
    readTopology(topology('components: [{ component_type: a, interface_args: ["x\\0y"] }]'), null),
  );
  expect(problems.map(({ expected }) => expected)).toEqual(["a text without NUL"]);
});
