import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { makeKeys, trustKey } from "../support/signing-keys.ts";
import { oneOfEachKind, widening } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

/** Somebody who is neither root nor whoever runs the tests. */
const stranger = 54_321;

const constraints = `constraints:
  transition_states:
    columns: [gateway]
    default: allow
    rows: [[gateway-v9, "NO"]]
`;

const elsewhere = "into a directory that only root can write, such as /etc/mender-orchestrator,";

/** What each is, what it is called, and the exit status and code where others can change it. */
const guarded = [
  ["interfaces/v1", "directory of the Interfaces", 15, "interface-writable"],
  ["interfaces/v1/rtos", "Interface", 15, "interface-writable"],
  ["topology.yaml", "Topology", 12, "permissions-unsafe"],
  ["conf", "configuration", 12, "permissions-unsafe"],
  ["conf/mender-orchestrator.conf", "configuration", 12, "permissions-unsafe"],
  ["conf/constraints.yaml", "device's own rules", 12, "permissions-unsafe"],
  ["datastore", "datastore", 15, "datastore-permissions"],
] as const;

const tried = oneOfEachKind(guarded, ([, , , code]) => code);

describe("what others can change", () => {
  beforeEach(() => {
    mkdirSync(system.path("conf"), { mode: 0o755 });
    mkdirSync(system.path("datastore"), { mode: 0o700 });
    writeFileSync(system.path("conf/mender-orchestrator.conf"), "{}\n", { mode: 0o644 });
    writeFileSync(system.path("conf/constraints.yaml"), constraints, { mode: 0o644 });
  });

  test.each(tried)("is not believed or run: %s, which they may write", (path, what, exit, code) => {
    chmodSync(system.path(path), 0o775);
    const refused = system.run(["install", "manifest-v2.yaml"]);
    expect({ path, exit: refused.exit }).toEqual({ path, exit });
    expect(refused.stderr).toContain(`[${code}]`);
    // One for each Component that it runs for, and else one.
    expect(refused.stderr.match(/found: mode 0775\n/g)).toHaveLength(what === "Interface" ? 2 : 1);
    expect(refused.stderr).toContain(
      path === "conf"
        ? `hint: Move the configuration ${elsewhere}`
        : `hint: Run: chmod go-w '${system.path(path)}'`,
    );
    expect(refused.stderr.toLowerCase()).toContain(what.toLowerCase());
    expect(system.versions()).toEqual(v1);
    expect(system.calls()).toEqual([]);
    chmodSync(system.path(path), 0o755);
    expect(system.run(["plan", "manifest-v2.yaml"]).exit).toBe(0);
  });

  test.skipIf(process.getuid?.() !== 0).each(tried)(
    "is not believed or run: %s, which is theirs",
    (path, _, exit) => {
      chownSync(system.path(path), stranger, stranger);
      const refused = system.run(["plan", "manifest-v2.yaml"]);
      expect({ path, exit: refused.exit }).toEqual({ path, exit });
      expect(refused.stderr).toContain(`found: user ${stranger}\n`);
      expect(refused.stderr).toContain(
        path === "conf"
          ? `hint: Move the configuration ${elsewhere}`
          : `hint: Run: chown root '${system.path(path)}'`,
      );
      expect(system.calls()).toEqual([]);
    },
  );

  test("is a directory, too, from which they can take away what is believed, or where they can put it", () => {
    for (const file of ["mender-orchestrator.conf", "constraints.yaml"]) {
      rmSync(system.path(`conf/${file}`));
    }
    for (const mode of [0o775, 0o1777]) {
      chmodSync(system.path("conf"), mode);
      const refused = system.run(["install", "manifest-v2.yaml"]);
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain(
        `"${system.path("conf")}", where a configuration "${system.path("conf/mender-orchestrator.conf")}" would be believed, can be changed by others`,
      );
      expect(refused.stderr).toContain(
        "hint: Let the configuration be looked for in a directory that only root can write, such as /etc/mender-orchestrator.",
      );
      writeFileSync(system.path("conf/mender-orchestrator.conf"), "{}\n", { mode: 0o644 });
      const rules = system.run(["install", "manifest-v2.yaml"]);
      expect(rules.exit).toBe(12);
      expect(rules.stderr).toContain(`"${system.path("conf")}", where `);
      rmSync(system.path("conf/mender-orchestrator.conf"));
    }
    expect(system.versions()).toEqual(v1);
    rmSync(system.path("conf"), { recursive: true });
    rmSync(system.path("datastore"), { recursive: true });
    expect(system.run(["plan", "manifest-v2.yaml"]).exit).toBe(0);
  });

  /** Each is moved below two directories, and looked for there. */
  const moved = [
    ["conf", "MENDER_ORCHESTRATOR_CONF_DIR", "conf", 12, "configuration"],
    ["topology.yaml", "MENDER_ORCHESTRATOR_TOPOLOGY_DIR", "", 12, "Topology"],
    ["datastore", "MENDER_ORCHESTRATOR_DATASTORE_DIR", "datastore", 12, "configuration"],
    ["interfaces", "MENDER_ORCHESTRATOR_DATA_DIR", "", 15, "directory of the Interfaces"],
  ] as const;

  test.each(oneOfEachKind(moved, ([, , , code]) => String(code)))(
    "is a directory far above, too, from which they can take away what is believed: %s",
    (what, variable, name, exit, called) => {
      const [outer, inner] = [system.path("outer"), system.path("outer/inner")];
      mkdirSync(inner, { recursive: true, mode: 0o755 });
      renameSync(system.path(what), `${inner}/${what}`);
      symlinkSync(system.path("boards"), `${inner}/boards`);
      const env = { [variable]: name === "" ? inner : `${inner}/${name}` };
      const plan = () => system.run(["plan", "manifest-v2.yaml"], env);
      expect(plan().exit).toBe(0);
      chmodSync(outer, 0o775);
      const refused = plan();
      expect(refused.exit).toBe(exit);
      expect(refused.stderr).toContain(`"${outer}", on the way to the ${called} "${inner}/`);
      chmodSync(outer, 0o1777);
      expect(plan().exit).toBe(0);
    },
  );

  test("is a directory far above in which they could put what is not there", () => {
    const outer = system.path("outer");
    mkdirSync(outer, { mode: 0o755 });
    const env = { MENDER_ORCHESTRATOR_CONF_DIR: `${outer}/inner/conf` };
    expect(system.run(["plan", "manifest-v2.yaml"], env).exit).toBe(0);
    chmodSync(outer, 0o775);
    const refused = system.run(["plan", "manifest-v2.yaml"], env);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain(`"${outer}", where a configuration "${outer}/inner/conf/`);
  });

  test(
    "is a directory, too, in which a link of a chain lies",
    widening(() => {
      const [ours, theirs] = [system.path("ours"), system.path("theirs")];
      mkdirSync(ours, { mode: 0o755 });
      mkdirSync(theirs, { mode: 0o755 });
      const topology = system.path("topology.yaml");
      renameSync(topology, `${ours}/topology.yaml`);
      symlinkSync(ours, `${theirs}/way`);
      symlinkSync(`${theirs}/way/topology.yaml`, topology);
      expect(system.run(["plan", "manifest-v2.yaml"]).exit).toBe(0);
      chmodSync(theirs, 0o775);
      const refused = system.run(["plan", "manifest-v2.yaml"]);
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain(
        `"${theirs}", where the Topology "${topology}" lies, can be changed by others than its owner.`,
      );
      expect(refused.stderr).toContain(`hint: Move the Topology ${elsewhere}`);
      chmodSync(theirs, 0o1777);
      expect(system.run(["plan", "manifest-v2.yaml"]).exit).toBe(0);
    }),
  );

  test("is asked by whoever runs Interfaces, and never at a desk", () => {
    chmodSync(system.path("topology.yaml"), 0o666);
    for (const command of [
      ["show-provides"],
      ["show-inventory"],
      ["simulate", "manifest-v2.yaml"],
    ]) {
      expect({ command, exit: system.run(command).exit }).toEqual({ command, exit: 12 });
    }
    const state = ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml"];
    for (const command of [state, ["validate", "topology.yaml"], ["status"], ["show-config"]]) {
      expect({ command, exit: system.run(command).exit }).toEqual({ command, exit: 0 });
    }
    chmodSync(system.path("datastore"), 0o777);
    writeFileSync(
      system.path("components.yaml"),
      "components:\n  - component_type: gateway\n    interface: gateway\n    interface_args: [G13]\n",
    );
    writeFileSync(
      system.path("topology.yaml"),
      "api_version: mender/v1\nkind: topology\nsystem_type: gateway-with-two-rtos\n",
    );
    const desk = ["-t", "components.yaml", "show-provides"];
    expect(system.run(desk)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("keeps no deployment that has begun from its end", () => {
    expect(
      system.run(["install", "--stop-before", "ArtifactCommit", "manifest-v2.yaml"]).exit,
    ).toBe(0);
    chmodSync(system.path("topology.yaml"), 0o666);
    chmodSync(system.path("interfaces/v1"), 0o777);
    chmodSync(system.path("datastore"), 0o777);
    expect(system.run(["resume"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test.skipIf(!needs("openssl"))("is no key, for those who verify with it, either", () => {
    makeKeys(system.directory, "mine");
    trustKey(system, "mine");
    const create = ["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", "b.tar"];
    expect(system.run([...create, "--key", "mine.pem"]).exit).toBe(0);
    chmodSync(system.path("mine.pub"), 0o664);
    for (const command of [
      ["bundle", "verify", "b.tar"],
      ["bundle", "extract", "b.tar", "-C", "out"],
    ]) {
      const refused = system.run(command);
      expect({ command, exit: refused.exit }).toEqual({ command, exit: 12 });
      expect(refused.stderr).toContain(
        `The key "${system.path("mine.pub")}" can be changed by others than its owner.`,
      );
    }
    expect(system.run(["bundle", "verify", "b.tar", "--key", "mine.pub"]).exit).toBe(0);
  });
});
