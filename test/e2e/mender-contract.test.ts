import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { callI, manifestOf, type MenderCaller, menderCaller } from "../support/mender-caller.ts";
import { type Ran, withoutDeployment } from "../support/program.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { oneOfEachKind, widening } from "../support/tier.ts";

interface Machine extends MenderCaller {
  /** The payload in the client's tree. */
  readonly file: string;
}

/** A machine with the seed's System on v1, and an Artifact's payload in the client's tree. */
function device(manifest = "manifest-v2.yaml"): Machine {
  const caller = menderCaller();
  onTestFinished(caller.remove);
  return { ...caller, file: caller.payload(manifestOf(caller, manifest)) };
}

/**
 * How far the calls have come on a machine that many tests begin with. Each call is made once and its end is looked at.
 */
type Stage =
  | "I=0"
  | "I=0, C=0"
  | "I=0, C=0, X cut in Cleanup"
  | "I=0, R=0"
  | "I=21"
  | "I=4"
  | "I=4, reboot"
  | "I=4, reboot, R=4"
  | "refused";

const ways: Readonly<Record<Stage, (from: (stage: Stage | "new") => Machine) => Machine>> = {
  "I=0": (from) => {
    const machine = from("new");
    expect(ends(machine.I(machine.file))).toEqual([0]);
    return machine;
  },
  "I=0, C=0": (from) => {
    const machine = from("I=0");
    expect(ends(machine.C())).toEqual([0]);
    return machine;
  },
  "I=0, R=0": (from) => {
    const machine = from("I=0");
    expect(ends(machine.R())).toEqual([0]);
    return machine;
  },
  "I=0, C=0, X cut in Cleanup": (from) => {
    const machine = from("I=0, C=0");
    cut(machine, machine.X("Cleanup:started"));
    return machine;
  },
  "I=21": (from) => {
    const machine = from("new");
    machine.failIn("R998", "ArtifactInstall", 1);
    expect(ends(machine.I(machine.file))).toEqual([21]);
    return machine;
  },
  // The gateway needs a reboot of the host; it is in the first order group.
  "I=4": (from) => {
    const machine = from("new");
    machine.rebootsHost("G13");
    expect(ends(machine.I(machine.file))).toEqual([4]);
    return machine;
  },
  "I=4, reboot": (from) => {
    const machine = from("I=4");
    machine.reboot();
    return machine;
  },
  "I=4, reboot, R=4": (from) => {
    const machine = from("I=4, reboot");
    expect(ends(machine.R())).toEqual([4]);
    return machine;
  },
  // Somebody's deployment waits, and the client's install was refused for it.
  refused: (from) => {
    const machine = from("new");
    expect(ends(machine.runIn(machine.path(), [...waits, machine.file]))).toEqual([0]);
    expect(ends(machine.I(machine.file))).toEqual([17]);
    return machine;
  },
};

const waits = ["install", "--stop-before", "ArtifactCommit"];

const saved = new Map<Stage | "new", Machine>();

/**
 * The machine of that stage. There is one at a time, in one place; whatever a test does to it is gone with the next.
 */
function after(stage: Stage | "new"): Machine {
  const machine = saved.get(stage) ?? save(stage);
  machine.restore(stage);
  return machine;
}

function save(stage: Stage | "new"): Machine {
  const machine = stage === "new" ? newMachine() : ways[stage](after);
  machine.save(stage);
  saved.set(stage, machine);
  return machine;
}

function newMachine(): Machine {
  const caller = menderCaller();
  return { ...caller, file: caller.payload(manifestOf(caller, "manifest-v2.yaml")) };
}

afterAll(() => saved.get("new")?.remove());

/** How calls ended: an exit status each, or the signal that ended it. */
function ends(...calls: readonly Ran[]): readonly (number | string)[] {
  return calls.map(({ exit, signal }) => exit ?? signal ?? "?");
}

/** One of them in the usual tier. */
const oneOf = <One>(all: readonly One[]) => oneOfEachKind(all, () => "alike");

/** The power goes while a call is at work, and the host comes up again. */
function cut({ reboot }: MenderCaller, call: Ran): void {
  expect(ends(call)).toEqual(["SIGKILL"]);
  reboot();
}

const statesOf = ({ calls }: MenderCaller) => new Set(calls().map((call) => call.split(" ")[0]));

describe("what the client calls when all is well", () => {
  test("success without a reboot: I=0, C=0, X=0", () => {
    const caller = after("I=0");
    const { C, X, versions } = caller;
    expect(versions()).toEqual(v2);
    expect(statesOf(caller)).not.toContain("ArtifactCommit");
    expect(ends(C())).toEqual([0]);
    expect(statesOf(caller)).toContain("ArtifactCommit");
    expect(statesOf(caller)).not.toContain("Cleanup");
    expect(ends(X())).toEqual([0]);
    expect(statesOf(caller)).toContain("Cleanup");
    expect(versions()).toEqual(v2);
  });

  test("the host must reboot: I=4, reboot, C=0, X=0", () => {
    const caller = after("I=4, reboot");
    const { C, X, versions } = caller;
    // The first group needs the reboot; the second one is the matter of C.
    expect(versions()).toEqual(v1);
    expect(ends(C(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v2);
    expect(caller.reboots()).toBe(1);
  });

  test("nothing to do: there is still something to commit, I=0, C=0, X=0", () => {
    const { I, C, X, file, versions } = device("manifest-v1.yaml");
    expect(ends(I(file), C(), X())).toEqual([0, 0, 0]);
    expect(versions()).toEqual(v1);
  });

  test(
    "nothing to do, and the user rolls back: I=0, R=0, X=0",
    widening(() => {
      const { I, R, X, file } = device("manifest-v1.yaml");
      expect(ends(I(file), R(), X())).toEqual([0, 0, 0]);
    }),
  );
});

describe("what the client calls when something fails", () => {
  test("install fails: I=21, stored before anything is undone, R=0, X=0", () => {
    const caller = after("I=21");
    const { R, X, versions } = caller;
    expect(versions()).toEqual(["gateway-v2", "rtos-v2", "rtos-v1->rtos-v2"]);
    expect(statesOf(caller)).not.toContain("ArtifactRollback");
    expect(ends(R())).toEqual([0]);
    expect(versions()).toEqual(v1);
    expect(statesOf(caller)).not.toContain("Cleanup");
    expect(ends(X())).toEqual([0]);
    expect(statesOf(caller)).toContain("Cleanup");
    expect(versions()).toEqual(v1);
  });

  test("a failed Download: no Cleanup before X, or the client would lose its tree", () => {
    const caller = device();
    const { I, R, X, file, versions } = caller;
    caller.failIn("G13", "Download", 1);
    expect(ends(I(file), R())).toEqual([21, 0]);
    expect(statesOf(caller)).not.toContain("Cleanup");
    expect(ends(X())).toEqual([0]);
    expect(statesOf(caller)).toContain("Cleanup");
    expect(versions()).toEqual(v1);
  });

  test("commit fails: C=21, R=0, X=0", () => {
    const caller = after("I=0");
    const { C, R, X, versions } = caller;
    caller.failIn("R456", "ArtifactCommit", 1);
    expect(ends(C(), R(), X())).toEqual([21, 0, 0]);
    expect(versions()).toEqual(v1);
  });

  // In every tier a further reboot is such a failure: below, where C never reboots.
  test.for([
    ["commit fails after a reboot", "R998", "ArtifactCommit"],
    ["the new version does not come up", "G13", "ArtifactVerifyReboot"],
  ] as const)("%s: C=21, R=4, reboot, X=0", ([, board, state], context) =>
    widening(() => {
      const caller = after("I=4, reboot");
      const { C, R, X, reboot, versions } = caller;
      caller.failIn(board, state, 1);
      expect(ends(C(), R())).toEqual([21, 4]);
      reboot();
      expect(ends(X())).toEqual([0]);
      expect(versions()).toEqual(v1);
    })(context),
  );

  test(
    "what C installs fails after a reboot: C=21, R=4, reboot, X=0",
    widening(() => {
      const caller = after("I=4, reboot");
      const { C, R, X, reboot, versions } = caller;
      caller.failIn("R998", "ArtifactInstall", 1);
      expect(ends(C(), R())).toEqual([21, 4]);
      expect(statesOf(caller)).not.toContain("ArtifactVerifyRollbackReboot");
      reboot();
      expect(ends(X())).toEqual([0]);
      expect(statesOf(caller)).toContain("ArtifactVerifyRollbackReboot");
      expect(versions()).toEqual(v1);
    }),
  );

  test(
    "the user rolls back: R=0, X=0",
    widening(() => {
      const { R, X, versions } = after("I=0");
      expect(ends(R(), X())).toEqual([0, 0]);
      expect(versions()).toEqual(v1);
    }),
  );

  test(
    "the user rolls back what has rebooted the host: R=4, reboot, X=0",
    widening(() => {
      const { X, reboot, versions } = after("I=4, reboot, R=4");
      reboot();
      expect(ends(X())).toEqual([0]);
      expect(versions()).toEqual(v1);
    }),
  );

  test("R comes once more, for what has stopped before Cleanup: R=0, X=0", () => {
    const { R, X, versions } = after("I=0, R=0");
    expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
    expect(versions()).toEqual(v1);
  });

  test("the rollback fails, and without tables nobody knows another way: C=21, R=30, X=30", () => {
    const { I, C, R, X, file, versions, failIn } = device("manifest-v2-order.yaml");
    failIn("R456", "ArtifactCommit", 1);
    failIn("R456", "ArtifactRollback", 1);
    expect(ends(I(file), C(), R(), X(), X())).toEqual([0, 21, 30, 30, 2]);
    expect(versions()).toEqual(["gateway-v1", "rtos-v2", "rtos-v1"]);
  });

  test("the rollback fails, and the tables lead to another acceptable state: R=24, X=24", () => {
    const { R, X, versions, failIn } = after("I=0");
    failIn("R456", "ArtifactRollback", 1);
    expect(ends(R(), X(), X())).toEqual([24, 24, 2]);
    expect(versions()).toEqual(v2);
  });

  test(
    "the rollback fails, and what stays refuses its commit for good: C=21, R=30, X=30",
    widening(() => {
      const { C, R, X, versions, failIn } = after("I=0");
      failIn("R456", "ArtifactCommit", 1);
      failIn("R456", "ArtifactRollback", 1);
      expect(ends(C(), R(), X(), X())).toEqual([21, 30, 30, 2]);
      expect(versions()).toEqual(v2);
    }),
  );

  test("the user rolls back between C and X: R=0, X=0", () => {
    const { R, X, versions } = after("I=0, C=0");
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
  });

  test("the outer download fails: X alone finds nothing", () => {
    const { X } = device();
    const call = X();
    expect(ends(call)).toEqual([2]);
    expect(call.stderr).toBe(
      `error: There is nothing to go on with: no deployment is in progress. [nothing-in-progress]
  hint: status tells what is in progress, history what has ended.
`,
    );
  });
});

describe("the power is lost and the client calls as the C++ one does", () => {
  test(
    "in I before its deployment begins: R=0, X=0",
    widening(() => {
      const caller = device();
      const { I, R, X, file, versions } = caller;
      caller.meddle("gateway", '[ "$1" != Provides ] || kill -KILL $PPID');
      cut(caller, I(file));
      expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
      expect(versions()).toEqual(v1);
    }),
  );

  test("in I before the first record of its deployment is safe: R=0, X=0, and the next I is accepted", () => {
    const caller = device();
    const { I, R, X, file, versions } = caller;
    cut(caller, I(file, "begin:appended"));
    expect(ends(R(), X(), I(file), R(), X(), X())).toEqual([0, 0, 0, 0, 0, 2]);
    expect(versions()).toEqual(v1);
  });

  test.each(oneOf(["begin:synced", "Download:started"]))(
    "in I at %s, nothing installed yet: R=0, X=0",
    (point) => {
      const caller = device();
      const { I, R, X, file, versions } = caller;
      cut(caller, I(file, point));
      expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
      expect(versions()).toEqual(v1);
    },
  );

  test.each(
    oneOf(["ArtifactInstall:started", "ArtifactVerifyReboot:outcome-appended", "stop:synced"]),
  )("in I at %s: R=0, X=0", (point) => {
    const caller = device();
    const { I, R, X, file, versions } = caller;
    cut(caller, I(file, point));
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
  });

  test("in I where the host was about to reboot: R, X", () => {
    const caller = device();
    const { I, R, X, reboot, file, versions } = caller;
    caller.rebootsHost("G13");
    // The power was gone before the reboot was: the host has come up anew all the same.
    cut(caller, I(file, "HostReboot:intent-synced"));
    expect(ends(R())).toEqual([4]);
    reboot();
    expect(ends(X())).toEqual([0]);
    expect(versions()).toEqual(v1);
  });

  test.each(oneOf(["ArtifactCommit:started", "stop:synced"]))("in C at %s: R=0, X=0", (point) => {
    const caller = after("I=0");
    const { C, R, X, versions } = caller;
    cut(caller, C(point));
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
  });

  test.each(oneOf(["run:synced", "ArtifactRollback:started", "stop:synced"]))(
    "in R at %s: R=0, X=0",
    (point) => {
      const caller = after("I=0");
      const { R, X, versions } = caller;
      cut(caller, R(point));
      expect(ends(R(), X())).toEqual([0, 0]);
      expect(versions()).toEqual(v1);
    },
  );

  test(
    "in R while the host goes down for it: R=0, X=0",
    widening(() => {
      const caller = after("I=4, reboot");
      const { R, X, versions } = caller;
      cut(caller, R("HostRollbackReboot:intent-synced"));
      expect(ends(R(), X())).toEqual([0, 0]);
      expect(versions()).toEqual(v1);
    }),
  );

  test.each(oneOf(["run:synced", "Cleanup:started", "end:synced"]))(
    "in X of a success at %s: X=0",
    (point) => {
      const caller = after("I=0, C=0");
      const { X, versions } = caller;
      cut(caller, X(point));
      expect(ends(X())).toEqual([0]);
      expect(versions()).toEqual(v2);
    },
  );

  test.each(oneOf(["Cleanup:started", "end:appended"]))("in X of a failure at %s: X=0", (point) => {
    const caller = after("I=0, R=0");
    const { X, versions } = caller;
    cut(caller, X(point));
    expect(ends(X())).toEqual([0]);
    expect(versions()).toEqual(v1);
  });
});

describe("the power is lost and the client calls as Go 3.4 does on its own", () => {
  test("in I: it has forgotten the update, and a new install is accepted after the orphan is undone", () => {
    const caller = device();
    const { I, C, X, file, versions } = caller;
    caller.failIn("R456", "ArtifactInstall", "kill-caller");
    cut(caller, I(file));
    expect(versions()).not.toEqual(v1);
    const again = I(file);
    expect(again.stderr).toMatch(
      /Note: the interrupted deployment \w{12} of "system-core-v2" was ended first\n/,
    );
    expect(ends(again, C(), X())).toEqual([0, 0, 0]);
    expect(versions()).toEqual(v2);
  });

  test("in X of a committed update before Cleanup has begun: R=0 undoes it, X=0", () => {
    const caller = after("I=0, C=0");
    const { R, X, versions } = caller;
    cut(caller, X("run:synced"));
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
  });

  test("in X of a committed update once Cleanup has begun: R=0 and nothing is undone", () => {
    const { R, X, versions } = after("I=0, C=0, X cut in Cleanup");
    expect(ends(R())).toEqual([0]);
    expect(versions()).toEqual(v2);
    // R has ended what was left of it: nothing is left for X, and that is well.
    expect(ends(X(), X(), R())).toEqual([0, 2, 2]);
    expect(versions()).toEqual(v2);
  });

  test(
    "in X of a committed update once Cleanup has begun, and the user commits again: C=0, X=0",
    widening(() => {
      const { C, X, versions } = after("I=0, C=0, X cut in Cleanup");
      expect(ends(C(), X(), X())).toEqual([0, 0, 2]);
      expect(versions()).toEqual(v2);
    }),
  );

  test(
    "in X of a rollback once Cleanup has begun: R=0, X=0",
    widening(() => {
      const caller = after("I=0, R=0");
      const { R, X, versions } = caller;
      cut(caller, X("Cleanup:started"));
      expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
      expect(versions()).toEqual(v1);
    }),
  );

  test.each(oneOf(["end:synced", "end:archived"]))(
    "in X, and then at %s of the R that ends the deployment: R=0, X=0",
    (point) => {
      const caller = after("I=0, C=0, X cut in Cleanup");
      const { R, X, versions, path } = caller;
      cut(caller, R(point));
      expect(ends(R(), R(), X(), X())).toEqual([0, 0, 0, 2]);
      expect(existsSync(path("datastore/deployment/journal"))).toBe(false);
      expect(versions()).toEqual(v2);
    },
  );

  test("that X does not take a deployment that somebody else has begun since for its own", () => {
    const { R, X, runIn, path, versions } = after("I=0, C=0, X cut in Cleanup");
    expect(ends(R())).toEqual([0]);
    const other = ["install", "--stop-before", "ArtifactCommit", path("absolute-manifest-v2.yaml")];
    expect(ends(runIn(path(), other), R(), X())).toEqual([0, 0, 0]);
    expect(ends(runIn(path(), ["commit"]))).toEqual([0]);
    expect(versions()).toEqual(v2);
  });
});

describe("a refused install", () => {
  const refusals: readonly (readonly [string, number, string, (caller: MenderCaller) => void])[] = [
    [
      "a wrong Manifest",
      11,
      "yaml-syntax",
      ({ tree }) => writeFileSync(`${tree}/files/x.yaml`, "api_version: mender/v1\nkind: {"),
    ],
    [
      "an Artifact that was tampered with",
      12,
      "artifact-checksum",
      ({ path }) => {
        const file = path("artifacts/rtos-v2.mender");
        const bytes = readFileSync(file);
        bytes.write("f00", bytes.indexOf("  data/0000/") - 3);
        writeFileSync(file, bytes);
      },
    ],
    [
      "a Manifest of another System",
      13,
      "system-type-incompatible",
      ({ path }) => {
        const topology = readFileSync(path("topology.yaml"), "utf8");
        writeFileSync(path("topology.yaml"), topology.replace("gateway-with-two-rtos", "other"));
      },
    ],
    [
      "an Interface that is missing",
      15,
      "interface-missing",
      ({ path }) => rmSync(path("interfaces/v1/rtos")),
    ],
  ];

  test.each(oneOf(refusals))("%s: I=%i, R=0, X=0, and then nothing", (_, exit, code, spoil) => {
    const caller = device();
    const { R, X, versions, tree } = caller;
    cpSync(caller.file, `${tree}/files/x.yaml`);
    spoil(caller);
    const call = caller.I(`${tree}/files/x.yaml`);
    expect(ends(call)).toEqual([exit]);
    expect(call.stderr).toContain(`[${code}]`);
    expect(ends(R(), R(), X(), X(), R())).toEqual([0, 0, 0, 2, 2]);
    expect(versions()).toEqual(v1);
    expect(caller.calls().filter((one) => !/^(Identity|Provides) /.test(one))).toEqual([]);
  });

  test(
    "no plan: I=14, R=0, X=0",
    widening(() => {
      const { I, R, X, file, versions } = device("manifest-v2-no-way.yaml");
      expect(ends(I(file), R(), X(), X())).toEqual([14, 0, 0, 2]);
      expect(versions()).toEqual(v1);
    }),
  );

  test("two stages could not be undone at once: I=14, R=0, X=0", () => {
    const { I, R, X, file, versions, calls } = device("manifest-v3.yaml");
    const call = I(file);
    expect(ends(call)).toEqual([14]);
    expect(call.stderr).toContain(
      `error: The plan has 2 stages, and each must be committed before the next one starts. [stages-need-commit]
  expected: one stage, to stop before its ArtifactCommit
  hint: Make each stage a Manifest of its own, or install without --stop-before ArtifactCommit.
`,
    );
    expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
    expect(versions()).toEqual(v1);
    expect(calls().filter((one) => !/^(Identity|Provides) /.test(one))).toEqual([]);
  });

  test("without that stop the stages are committed one by one, and R undoes the last one only: 24", () => {
    const { run, R, X, file, versions, failIn } = device("manifest-v3.yaml");
    const install = ["install", "--stop-before", "ArtifactRollback", "--stop-before", "Cleanup"];
    expect(
      ends(run([...install, file]), run(["resume", "--stop-before", "ArtifactCommit"])),
    ).toEqual([0, 0]);
    expect(versions()).toEqual(["gateway-v3", "rtos-v3", "rtos-v3"]);
    failIn("R456", "ArtifactCommit", 1);
    expect(ends(R(), X())).toEqual([24, 24]);
    expect(versions()).toEqual(v2);
  });

  test(
    "its mark does not keep somebody else from committing their deployment",
    widening(() => {
      const { I, R, X, run, file, versions, calls } = device();
      expect(ends(run(["install", "--stop-before", "ArtifactCommit", file]))).toEqual([0]);
      expect(ends(I(file), R())).toEqual([17, 0]);
      expect(calls()).not.toContain("ArtifactCommit G13");
      expect(ends(run(["commit"]))).toEqual([0]);
      expect(calls()).toContain("ArtifactCommit G13");
      expect(versions()).toEqual(v2);
      expect(ends(X(), X())).toEqual([0, 2]);
    }),
  );

  test("for its command line, too: I=10, R=0, X=0, and what waits for somebody else stays as it is", () => {
    const { R, X, run, file, versions, path, calls } = after("I=0");
    const before = calls();
    // Files of a payload with a blank in its name, as a shell splits it.
    expect(ends(run([...callI, file, "two.yaml"]), R(), R(), X())).toEqual([10, 0, 0, 0]);
    expect(calls()).toEqual(before);
    // A log file that cannot be written is a wrong command line, too.
    expect(ends(run([...callI, "--log-file", path("no/such.log"), file]), R(), X())).toEqual([
      10, 0, 0,
    ]);
    expect(calls()).toEqual(before);
    // Only an install is waited for like that.
    expect(ends(run(["rollback", "--stop-before", "Cleanup", "install"]))).toEqual([10]);
    expect(ends(run(["install", "--no-such", file]))).toEqual([10]);
    expect(readdirSync(path("datastore/marks"))).toEqual([]);
    expect(versions()).toEqual(v2);
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
  });

  describe("has a mark that answers its own caller only", () => {
    test("an operator's rollback from the client's own directory rolls back", () => {
      const { R, X, run, versions } = after("refused");
      expect(ends(run(["rollback"]))).toEqual([0]);
      expect(versions()).toEqual(v1);
      expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
    });

    test(
      "so does one from elsewhere, whatever it stops before",
      widening(() => {
        const { R, X, runIn, path, versions } = after("refused");
        expect(ends(runIn(path(), ["rollback", "--stop-before", "Cleanup"]))).toEqual([0]);
        expect(versions()).toEqual(v1);
        expect(ends(R(), X())).toEqual([0, 0]);
        expect(runIn(path(), ["status"]).stdout).toContain("It waits before Cleanup");
      }),
    );

    test(
      "a resume from elsewhere goes on, as a commit does",
      widening(() => {
        const { R, X, runIn, path, versions } = after("refused");
        expect(ends(runIn(path(), ["resume"]))).toEqual([0]);
        expect(versions()).toEqual(v2);
        expect(ends(runIn(path(), ["resume"]), R(), X(), X())).toEqual([2, 0, 0, 2]);
      }),
    );

    test("two callers that were refused have a mark each", () => {
      const { R, X, runIn, path, file, versions } = after("refused");
      const there = (args: readonly string[]) => runIn(path("artifacts"), args);
      expect(ends(there([...callI, file]))).toEqual([17]);
      expect(ends(R(), X())).toEqual([0, 0]);
      expect(ends(there(["rollback", "--stop-before", "Cleanup"]), there(["resume"]))).toEqual([
        0, 0,
      ]);
      expect(versions()).toEqual(v2);
      expect(runIn(path(), ["status"]).stdout).toContain("It waits before ArtifactCommit");
    });

    test(
      "an install that somebody else begins leaves it: R=0, X=0, and that one waits",
      widening(() => {
        const { R, X, runIn, path, file, versions } = after("refused");
        const there = (args: readonly string[]) => runIn(path(), args);
        expect(ends(there(["commit"]), there([...waits, file]), R(), X())).toEqual([0, 0, 0, 0]);
        expect(there(["status"]).stdout).toContain("It waits before ArtifactCommit");
        expect(versions()).toEqual(v2);
      }),
    );
  });

  test("an accepted install clears the mark that a lost one has left", () => {
    const caller = device();
    const { I, R, X, file, versions, tree } = caller;
    writeFileSync(`${tree}/files/x.yaml`, "{");
    expect(ends(I(`${tree}/files/x.yaml`))).toEqual([11]);
    caller.reboot();
    expect(ends(I(file), R(), X())).toEqual([0, 0, 0]);
    expect(versions()).toEqual(v1);
  });
});

describe("a second install", () => {
  test("while another one waits it is refused, and its R and X leave the other untouched", () => {
    const { I, C, R, X, run, file, versions } = after("refused");
    const second = I(file);
    expect(ends(second)).toEqual([17]);
    expect(second.stderr).toMatch(
      /^error: Deployment "\w{12}" of "system-core-v2" is in progress and waits to be gone on with\. \[deployment-in-progress\]\n {2}hint: Call commit \(or resume\) to go on with it, or rollback to undo it; status shows what it waits for\.\n$/,
    );
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v2);
    expect(run(["status"]).stdout).toContain("It waits before ArtifactCommit: ");
    expect(ends(C(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v2);
  });

  test(
    "while another one waits for its reboot it is refused, too",
    widening(() => {
      const { I, C, R, X, reboot, file, versions } = after("I=4");
      expect(ends(I(file), R(), X())).toEqual([17, 0, 0]);
      reboot();
      expect(ends(C(), X())).toEqual([0, 0]);
      expect(versions()).toEqual(v2);
    }),
  );

  test("while another one waits to be cleaned up it is refused, and its R does not undo that one", () => {
    const { I, R, X, file, versions } = after("I=0, C=0");
    expect(ends(I(file), R(), X())).toEqual([17, 0, 0]);
    expect(versions()).toEqual(v2);
    expect(ends(X(), X())).toEqual([0, 2]);
    expect(versions()).toEqual(v2);
  });

  test(
    "while another one has failed and waits to be rolled back it is refused, too",
    widening(() => {
      const { I, R, X, file, versions, run } = after("I=21");
      expect(ends(I(file), R(), X())).toEqual([17, 0, 0]);
      expect(versions()).not.toEqual(v1);
      // A stop that is repeated changes nothing.
      expect(ends(run(["resume", "--stop-before", "ArtifactRollback"]))).toEqual([21]);
      expect(versions()).not.toEqual(v1);
      expect(ends(R(), X())).toEqual([0, 0]);
      expect(versions()).toEqual(v1);
    }),
  );

  test("after an orphan that cannot be undone it is refused, and says what to do", () => {
    const caller = device();
    const { I, R, X, file, versions } = caller;
    caller.failIn("R456", "ArtifactInstall", "kill-caller");
    caller.failIn("R456", "ArtifactRollback", 1);
    cut(caller, I(file));
    const second = I(file);
    expect(ends(second)).toEqual([17]);
    expect(second.stderr).toMatch(
      /error: Deployment "\w{12}" of "system-core-v2" was interrupted, and its rollback did not restore the old state\. \[deployment-in-progress\]\n {2}expected: the old state\n {2}found: exit status 30\n {2}hint: Look at history and show-provides, bring the named Components into order, then install again\.\n$/,
    );
    const left = versions();
    expect(ends(R(), X(), X())).toEqual([0, 0, 2]);
    expect(versions()).toEqual(left);
  });
});

describe("X finishes what is left", () => {
  test("a failure that nobody rolled back: X=0, every group undone", () => {
    const { X, versions } = after("I=21");
    expect(ends(X())).toEqual([0]);
    expect(versions()).toEqual(v1);
  });

  test("the power goes while it undoes that: the next X=0", () => {
    const caller = after("I=21");
    const { X, versions } = caller;
    cut(caller, X("ArtifactRollback:started"));
    expect(ends(X())).toEqual([0]);
    expect(versions()).toEqual(v1);
  });

  test("a reboot that R asked for and that never came: X reboots the host itself", () => {
    const caller = after("I=4, reboot, R=4");
    const { X, versions } = caller;
    expect(ends(X())).toEqual([0]);
    expect(caller.reboots()).toBe(2);
    expect(versions()).toEqual(v1);
  });

  test(
    "that reboot takes X with it: the next X=0",
    widening(() => {
      const caller = after("I=4, reboot, R=4");
      const { X, versions } = caller;
      writeFileSync(caller.path("reboot"), "#!/bin/sh\nkill -KILL $PPID\n");
      expect(ends(X())).toEqual(["SIGKILL"]);
      writeFileSync(caller.path("boot-id"), "boot-3\n");
      expect(ends(X())).toEqual([0]);
      expect(versions()).toEqual(v1);
    }),
  );
});

describe("C never reboots", () => {
  test("a further reboot is the failure of its group: C=21, R=4, reboot, X=0", () => {
    const caller = after("I=4, reboot");
    const { C, R, X, reboot, versions } = caller;
    caller.rebootsHost("R456");
    const commit = C();
    expect(ends(commit)).toEqual([21]);
    expect(withoutDeployment(commit.stderr)).toMatch(
      /\nR456 +rtos +ArtifactReboot +failed: The host must reboot once more, but this call came without --exit-on-reboot in a deployment begun with it\./,
    );
    expect(caller.reboots()).toBe(1);
    expect(ends(R())).toEqual([4]);
    reboot();
    expect(ends(X())).toEqual([0]);
    expect(versions()).toEqual(v1);
  });

  test("a reboot that I asked for and that never came: C=21, R=0, X=0", () => {
    const caller = after("I=4");
    const { C, R, X, versions } = caller;
    const commit = C();
    expect(ends(commit)).toEqual([21]);
    expect(withoutDeployment(commit.stderr)).toMatch(
      /\nG13 +gateway +ArtifactReboot +failed: The host was asked to reboot and is still running as before\./,
    );
    expect(ends(R(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v1);
    expect(caller.reboots()).toBe(0);
  });
});

describe("an Interface that runs a client of its own", () => {
  test.each(oneOf(["bundle", "manifest-v2.yaml"]))(
    "removes the tree with %s and the working directory in it: I=0, C=0, X=0",
    (payload) => {
      const caller = device();
      const { I, C, versions, tree } = caller;
      const file =
        payload === "bundle" ? caller.payload("fixtures/bundles/seed-v2.tar") : caller.file;
      if (payload === "bundle") rmSync(caller.path("artifacts"), { recursive: true });
      caller.meddle("gateway", `[ "$1" != Identity ] || rm -rf "${tree}"`);
      expect(ends(I(file))).toEqual([0]);
      expect(existsSync(tree)).toBe(false);
      mkdirSync(tree, { recursive: true });
      expect(ends(C())).toEqual([0]);
      expect(ends(caller.runFromNowhere(["resume"]))).toEqual([0]);
      expect(versions()).toEqual(v2);
    },
  );

  test("calls us and is refused at once, and the deployment goes on", () => {
    const caller = device();
    const { I, C, X, file, versions, path } = caller;
    const self = `"${process.execPath}" "${process.cwd()}/bin/orchestrator"`;
    const nested = [`install "${file}"`, "resume", "rollback", "commit"]
      .map(
        (args) =>
          `${self} ${args} >/dev/null 2>"${path("nested.err")}"; echo $? >>"${path("nested")}"`,
      )
      .join("; ");
    caller.meddle("gateway", `[ "$1" != ArtifactInstall ] || { ${nested}; }`);
    expect(ends(I(file))).toEqual([0]);
    expect(readFileSync(path("nested"), "utf8")).toBe("17\n17\n17\n17\n");
    expect(readFileSync(path("nested.err"), "utf8")).toMatch(
      /^error: Another process of this program is at work, as process \d+\. \[locked\]\n/,
    );
    expect(ends(C(), X())).toEqual([0, 0]);
    expect(versions()).toEqual(v2);
  });

  test(
    "makes all four calls: the inner I is refused, its R and X touch nothing",
    widening(() => {
      const caller = device();
      const { C, R, X, file, versions, path } = caller;
      const self = `"${process.execPath}" "${process.cwd()}/bin/orchestrator"`;
      const calls = [
        `install --stop-before ArtifactCommit --stop-before ArtifactRollback --stop-before Cleanup --exit-on-reboot "${file}"`,
        "rollback --stop-before Cleanup --exit-on-reboot",
        "resume",
      ].map((args) => `${self} ${args} >/dev/null 2>&1; echo $? >>"${path("nested")}"`);
      caller.meddle("gateway", `[ "$1" != ArtifactInstall ] || { ${calls.join("; ")}; }`);
      expect(ends(caller.I(file))).toEqual([0]);
      expect(readFileSync(path("nested"), "utf8")).toBe("17\n0\n0\n");
      expect(ends(C(), R(), X())).toEqual([0, 0, 0]);
      expect(versions()).toEqual(v1);
    }),
  );
});
