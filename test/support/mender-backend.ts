import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename } from "node:path";
import type { Authority, Issued } from "./certificates.ts";
import { startUpdateServer, type Stored, type UpdateServer } from "./update-server.ts";

/** As much of a Mender Server as a client's daemon needs to be let in and to be given one deployment. */
export interface MenderBackend extends UpdateServer {
  /** What the client's `mender.conf` says to reach it. */
  readonly configuration: object;
  /** Has the device deploy this Artifact; resolves with the status that the client reports in the end. */
  readonly deploy: (artifact: string) => Promise<string>;
  /** What the client has said of its deployment. */
  readonly log: () => string;
}

interface Deployment {
  readonly file: string;
  readonly done: (status: string) => void;
}

const token = "token-1";

/** `certificateFile`: where the device has the authority's. */
export async function startMenderBackend(
  stored: readonly Stored[],
  certificate: Issued,
  device: Pick<Authority, "certificateFile">,
): Promise<MenderBackend> {
  const waiting: Deployment[] = [];
  const handedOut: Deployment[] = [];
  let log = "";

  const server = await startUpdateServer({ stored, certificate, also });
  return {
    ...server,
    configuration: {
      ServerURL: server.address,
      ServerCertificate: device.certificateFile,
      UpdatePollIntervalSeconds: 1,
      InventoryPollIntervalSeconds: 3600,
      RetryPollIntervalSeconds: 1,
    },
    deploy: async (file) =>
      await new Promise((done) => {
        waiting.push({ file, done });
      }),
    log: () => log,
  };

  function also(request: IncomingMessage, response: ServerResponse): boolean {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path.endsWith("/authentication/auth_requests")) {
      answer(request, response, 200, () => token);
      return true;
    }
    if (path.includes("/inventory/")) {
      answer(request, response, 200, () => "");
      return true;
    }
    if (path.endsWith("/deployments/next")) {
      answer(request, response, waiting.length === 0 ? 204 : 200, next);
      return true;
    }
    if (path.endsWith("/status") || path.endsWith("/log")) {
      answer(request, response, 204, (body) => {
        if (path.endsWith("/log")) log += body;
        else report(body);
        return "";
      });
      return true;
    }
    if (path.startsWith("/deployed/")) {
      response.end(readFileSync(handedOut.at(-1)?.file ?? ""));
      return true;
    }
    return false;
  }

  function next(): string {
    const deployment = waiting.shift();
    if (deployment === undefined) return "";
    handedOut.push(deployment);
    const uri = `${server.address}/deployed/${basename(deployment.file)}`;
    return JSON.stringify({
      id: "deployment-1",
      artifact: {
        artifact_name: "system-core-v2",
        device_types_compatible: ["gateway-with-two-rtos"],
        source: { uri, expire: new Date(Date.now() + 600_000).toISOString() },
      },
    });
  }

  function report(body: string): void {
    const [, status] = /"status":\s*"([a-z_-]+)"/.exec(body) ?? [];
    if (status === "success" || status === "failure") handedOut.at(-1)?.done(status);
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  act: (body: string) => string,
): void {
  let body = "";
  request.setEncoding("utf8").on("data", (piece) => (body += String(piece)));
  request.on("end", () => {
    const text = act(body);
    response.writeHead(status);
    response.end(status === 204 ? undefined : text);
  });
}
