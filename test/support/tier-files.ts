import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The test files of a tier, as `TEST_TIER` names it. */
export function filesOfTier(tier: string): {
  readonly include: string[];
  readonly exclude: string[];
} {
  switch (tier) {
    case "usual":
      return { include: ["test/**/*.test.ts"], exclude: [] };
    case "fast":
      return { include: ["test/unit/**/*.test.ts"], exclude: slowUnits };
    case "thorough":
      return {
        include: filesThatImport(
          "support/tier.ts",
          "support/fuzzing.ts",
          "support/shells.ts",
          "support/shipped-kills.ts",
        ),
        exclude: [],
      };
    case "fuzzing":
      return { include: filesThatImport("support/fuzzing.ts"), exclude: [] };
    default:
      throw new Error(`TEST_TIER is "${tier}", which is no tier`);
  }
}

/** Those that wait for many processes or for time limits. */
const slowUnits = [
  "test/unit/artifact/differential.test.ts",
  "test/unit/cli/certificates-shown.test.ts",
  "test/unit/cli/unpacking-shown.test.ts",
  "test/unit/interface/call.test.ts",
  "test/unit/interface/check.test.ts",
  "test/unit/interface/download.test.ts",
  "test/unit/interfaces/deb.test.ts",
  "test/unit/interfaces/docker-compose.test.ts",
  "test/unit/interfaces/serial-mcu.test.ts",
  "test/unit/interfaces/ssh.test.ts",
  "test/unit/platform/locks.test.ts",
];

function filesThatImport(...modules: readonly string[]): string[] {
  return readdirSync("test", { recursive: true, encoding: "utf8" })
    .map((name) => join("test", name))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => {
      const text = readFileSync(file, "utf8");
      return modules.some((module) => text.includes(`/${module}"`));
    });
}
