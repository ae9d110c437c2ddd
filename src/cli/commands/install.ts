import { resolve } from "node:path";
import { verifyArtifact } from "../../artifact/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Deployed, makeWay, start } from "../../executor/deploy.ts";
import { inProgress } from "../../executor/deploy.ts";
import { journalsIn } from "../../executor/journals.ts";
import { clearRefusal, markRefused } from "../../journal/refusal.ts";
import type { Plan } from "../../planner/plan.ts";
import { answerLines } from "../../report/answer-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import type { Named } from "../../report/progress-lines.ts";
import { openArtifact } from "../../sources/open.ts";
import { secureBundle } from "../../sources/secure-bundle.ts";
import { beginRecord, providesOf } from "../begin.ts";
import type { Context } from "../context.ts";
import type { InstallOptions } from "../definitions/updates.ts";
import { datastoreOf, deployer, type DeployerInput } from "../deployer.ts";
import { locked } from "../locked.ts";
import { beginStream, failedInStream, writeLines } from "../output.ts";
import { openProgress } from "../progress.ts";
import { exitOfDeployed } from "../run-end.ts";
import { readSettings, type Settings } from "../settings.ts";
import { type Planning, planThisSystem } from "../system.ts";
import {
  isBundle,
  type SystemInput,
  withBundle,
  withManifest,
  withSystemInput,
} from "../system-input.ts";
