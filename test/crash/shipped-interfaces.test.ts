import { describe } from "vitest";
import { directory, singleFile } from "../support/shipped-cases.ts";
import { itKeepsWholeReleases } from "../support/shipped-kills.ts";

describe("the Interfaces that come with the program and need files only", () => {
  itKeepsWholeReleases([singleFile(), directory()]);
});
