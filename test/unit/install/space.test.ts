import * as fs from "node:fs";
import { expect, test } from "vitest";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { payloadSize } from "../../../src/bundle/entry-list.ts";
import type { CheckedArtifact } from "../../../src/install/artifacts.ts";
import type { Allotment } from "../../../src/install/allotment.ts";
import { versionNamed } from "../../../src/manifest/version.ts";
import { checkSpace } from "../../../src/install/space.ts";
import { ComponentId, ComponentType, Version } from "../../../src/core/ids.ts";
import type { Plan } from "../../../src/planner/model/plan.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { buildArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";

const type = ComponentType.parse("gateway");
const megabyte = 1024 * 1024;

/** An Artifact called `name`, of 3 MiB of payload that compress to nearly nothing. */
async function artifact(name: string): Promise<CheckedArtifact> {
  const bytes = await buildArtifact({
    headerInfo: {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: name },
      artifact_depends: { device_type: ["gateway"] },
    },
    files: [{ name: "image.bin", content: new Uint8Array(3 * megabyte) }],
  });
  const verified = await verifyArtifact(memorySource(name, bytes), []);
  if (!verified.ok) throw new Error(JSON.stringify(verified.problems));
  return {
    payload: payloadSize(verified.value.files),
    located: {
      wanted: {
        type,
        role: "target",
        reference: { name: null, path: "a", pin: null, depends: null, at: { file: "m.yaml" } },
      },
      artifact: verified.value.artifact,
      location: { kind: "file", path: "/a" },
      name,
      size: bytes.length,
    },
  };
}

/** Each stage updates as many Components to its version, one order group each. */
function plan(...stages: readonly { readonly to: string; readonly components: number }[]): Plan {
  const cost = { installs: 1, stages: 1, exposure: 0, groups: 1 };
  return {
    stages: stages.map(({ to, components }) => ({
      systemVersion: null,
      groups: Array.from({ length: components }, (_, at) => [
        {
          component: ComponentId.parse(`c${at}`),
          componentType: type,
          from: Version.parse("v0"),
          to: Version.parse(to),
          allowedBy: [],
        },
      ]),
    })),
    cost,
    bound: cost,
    optimal: true,
    pointOfNoReturn: null,
  };
}

/** A machine whose datastore has so much room. */
function withFree(bytes: number) {
  return nodeFiles({ ...fs, statfsSync: () => ({ bavail: bytes, bsize: 1 }) });
}

const artifacts = [await artifact("v1"), await artifact("v2")];

const allotment: Pick<Allotment, "ofStep"> = {
  ofStep: ({ to }) =>
    artifacts.find(({ located }) => versionNamed(located.artifact.name) === to)?.located ?? null,
};

function codes(free: number, of: Plan): readonly string[] {
  const checked = checkSpace(withFree(free), "/datastore", of, allotment, artifacts);
  return checked.ok
    ? checked.value.map(({ code }) => code)
    : checked.problems.map(({ code }) => code);
}

test("where everything fits, whatever the Interfaces do, nothing is said", () => {
  expect(codes(8 * megabyte, plan({ to: "v1", components: 2 }))).toEqual([]);
});

test("where the payloads of a stage would not fit together, it is a warning", () => {
  const checked = checkSpace(
    withFree(6 * megabyte),
    "/datastore",
    plan({ to: "v1", components: 2 }),
    allotment,
    artifacts,
  );
  expect(checked).toMatchObject({
    ok: true,
    value: [
      {
        code: "space-may-run-out",
        message:
          'The payloads take 6299648 bytes on the file system of "/datastore" if the Interfaces do not read their streams, and 5111262 are free for them.',
      },
    ],
  });
});

test("stages follow each other: the largest one counts", () => {
  const both = plan({ to: "v1", components: 1 }, { to: "v2", components: 1 });
  expect(codes(5 * megabyte, both)).toEqual([]);
  const larger = plan({ to: "v1", components: 1 }, { to: "v2", components: 2 });
  expect(codes(5 * megabyte, larger)).toEqual(["space-may-run-out"]);
});

test("where not even the journal and the work dirs fit, it is refused", () => {
  const checked = checkSpace(
    withFree(megabyte),
    "/datastore",
    plan({ to: "v1", components: 1 }),
    allotment,
    artifacts,
  );
  expect(checked).toMatchObject({
    ok: false,
    problems: [
      {
        code: "not-enough-space",
        message:
          'The deployment needs 1114385 bytes on the file system of "/datastore", and 1048576 are free.',
      },
    ],
  });
});
