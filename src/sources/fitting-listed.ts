import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { NamedArtifact } from "./located.ts";
import type { ServerCandidate } from "./server/item.ts";
import type { Listing } from "./server/listing.ts";

/**
 * Of what the Mender Server lists of a release those that are for the Component type, the smallest first, ties by id;
 * at least one. One of which it lists no provides is passed over: nothing tells what it would change.
 */
export function fittingListed(
  { candidates, unreadable }: Listing,
  { wanted, name }: NamedArtifact,
): Result<readonly ServerCandidate[]> {
  const ofRelease = candidates.filter((one) => isCalled(one, name));
  const forType = ofRelease.filter(({ depends }) => {
    const types = depends.get("device_type");
    return types === undefined || types.includes(wanted.type);
  });
  const fitting = forType
    .filter(({ provides }) => provides !== null && provides.size > 0)
    .toSorted((one, other) => one.size - other.size || (one.id < other.id ? -1 : 1));
  if (fitting.length > 0) return ok(fitting);
  const what = { name, type: wanted.type, at: wanted.reference.at };
  if (forType.length > 0) return fail(withoutProvides(what, forType.length));
  if (ofRelease.length > 0) return fail(incompatible(what, ofRelease));
  return fail(unreadable > 0 ? illegible(what, unreadable) : missing(what));
}

function isCalled({ name, provides }: ServerCandidate, wanted: string): boolean {
  return name === wanted || provides?.get("artifact_name") === wanted;
}

interface What extends Pick<Problem, "at"> {
  readonly name: string;
  readonly type: string;
}

function missing({ name, type, at }: What): Problem {
  return {
    code: "release-missing",
    message: `The Mender Server has no Artifact of the release "${name}" for the Component type "${type}".`,
    ...(at === undefined ? {} : { at }),
    expected: `an Artifact named "${name}" in the bundle, in the cache or on the Mender Server`,
    hint: "Correct the name, or upload an Artifact of that release for this type.",
  };
}

function incompatible({ name, type, at }: What, found: readonly ServerCandidate[]): Problem {
  const types = new Set(found.flatMap(({ depends }) => depends.get("device_type") ?? []));
  return {
    code: "release-incompatible",
    message: `No Artifact of the release "${name}" on the Mender Server is for the Component type "${type}".`,
    ...(at === undefined ? {} : { at }),
    expected: `one that depends on the device_type "${type}"`,
    got: [...types].map((one) => `"${one}"`).join(", "),
    hint: "Upload an Artifact of that release for this type, or correct the name.",
  };
}

function withoutProvides({ name, type, at }: What, count: number): Problem {
  return {
    code: "release-without-provides",
    message: `What the Mender Server lists of the release "${name}" for the Component type "${type}" tells not what it provides.`,
    ...(at === undefined ? {} : { at }),
    expected: "an Artifact with artifact_provides",
    got: `${count} without`,
    hint: "Write the Artifact with a mender-artifact that knows --provides, and upload it again.",
  };
}

function illegible({ name, type, at }: What, count: number): Problem {
  return {
    code: "server-answer-invalid",
    message: `What the Mender Server lists of the release "${name}" for the Component type "${type}" cannot be read.`,
    ...(at === undefined ? {} : { at }),
    expected: "Artifacts with id, name and size",
    got: `${count} of another form`,
    hint: "Check that it is a Mender Server that knows System updates.",
  };
}
