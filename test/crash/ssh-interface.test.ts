import { describe } from "vitest";
import { sshWorks } from "../support/remote-machine.ts";
import { directory, overSsh, singleFile } from "../support/shipped-cases.ts";
import { itKeepsWholeReleases } from "../support/shipped-kills.ts";
import { inTier } from "../support/tier.ts";

/** Killed on both machines: the Interface that calls, and those that it calls on the other one. */
describe.skipIf(!sshWorks())("Interfaces of another machine", () => {
  itKeepsWholeReleases(inTier([directory()], [directory(), singleFile()]).map(overSsh));
});
