import type { Problem } from "../../src/core/problem.ts";
import { nodeNetwork } from "../../src/platform/network/network.ts";
import {
  type Authentication,
  AuthenticationError,
  type Http,
  type HttpSettings,
  type Pace,
  type ServerAccess,
} from "../../src/platform/network-types.ts";
import { type MenderServer, menderServer } from "../../src/sources/server/server.ts";

/** A device that talks to a Mender Server: everything of it is real but the bus and the waiting. */
export interface ServerDevice {
  readonly server: MenderServer;
  readonly http: Http;
  /** What the authentication service says next, the last one for ever; null: not authorised. */
  readonly says: (ServerAccess | null | AuthenticationError)[];
  /** `current` and `renew`, as they were called. */
  readonly asked: ("current" | "renew")[];
  /** Milliseconds of each wait. */
  readonly waits: number[];
  readonly retried: Problem[];
  readonly close: () => Promise<void>;
}

const noSettings: HttpSettings = {
  serverCertificate: null,
  client: null,
  httpsProxy: null,
  noProxy: null,
};

export interface ServerDeviceOptions {
  readonly access: ServerDevice["says"];
  readonly settings?: Partial<HttpSettings>;
  /** What the system trusts, in place of what it really does: that takes long to read. */
  readonly trustFile: string;
  readonly retryCount?: number;
  readonly pace?: Partial<Pace>;
  readonly signal?: AbortSignal;
}

export async function startServerDevice(options: ServerDeviceOptions): Promise<ServerDevice> {
  const says = [...options.access];
  const asked: ("current" | "renew")[] = [];
  const waits: number[] = [];
  const retried: Problem[] = [];
  const http = await nodeNetwork({ trustFiles: [options.trustFile] }).openHttp({
    ...noSettings,
    ...options.settings,
  });
  const answer = (how: "current" | "renew") => (): Promise<ServerAccess | null> => {
    asked.push(how);
    const next = (says.length > 1 ? says.shift() : says[0]) ?? null;
    return next instanceof AuthenticationError ? Promise.reject(next) : Promise.resolve(next);
  };
  const authentication: Authentication = { current: answer("current"), renew: answer("renew") };
  const server = menderServer({
    http,
    authentication,
    clock: {
      now: () => new Date("2026-01-01T00:00:00Z"),
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
    random: () => 0.5,
    signal: options.signal ?? new AbortController().signal,
    onRetry: (problem) => void retried.push(problem),
    retryCount: options.retryCount ?? 10,
    longestWaitMs: 600_000,
    pace: { idleMs: 10_000, leastBytes: 1, slowMs: 10_000, totalMs: null, ...options.pace },
  });
  return { server, http, says, asked, waits, retried, close: () => http.close() };
}
