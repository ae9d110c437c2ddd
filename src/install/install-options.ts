import type { StopPoint } from "../core/protocol.ts";

/** What the caller of an install has said. */
export interface InstallOptions {
  readonly stopBefore: readonly StopPoint[];
  readonly exitOnReboot: boolean;
  readonly allowDowngrade: boolean;
  readonly allowUnsignedManifest: boolean;
  readonly accept: readonly string[];
  /** So long gates that say not now are waited for, in milliseconds. */
  readonly waitMs: number;
  /** Nobody watches. */
  readonly unattended: boolean;
  /** All that the plan installs is to be on this device before the first install. */
  readonly prefetch: boolean;
}
