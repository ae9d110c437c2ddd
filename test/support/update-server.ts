import { once } from "node:events";
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { type AddressInfo, connect, createServer as createTcp } from "node:net";
import type { Issued } from "./certificates.ts";

/** An Artifact on the server, as it lists it. */
export interface Stored {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly item: Readonly<Record<string, unknown>>;
  /** It is listed for this one only; left out: for every one. */
  readonly release?: string;
}

/** What a test has the server do with one request in place of the right thing, which `honest` does. */
export type Misdeed = (
  request: IncomingMessage,
  response: ServerResponse,
  honest: () => void,
) => void;

/** As much of a Mender Server as a device needs to find and load Artifacts: the API, and the store that it links to. */
export interface UpdateServer {
  /** `https://localhost:PORT`, or `http://127.0.0.1:PORT` of one without a certificate. */
  readonly address: string;
  readonly port: number;
  /** Tokens that are let in. */
  readonly tokens: Set<string>;
  /** What the next requests meet; each is good for one. */
  readonly onList: Misdeed[];
  readonly onLink: Misdeed[];
  readonly onFile: Misdeed[];
  /** Every request so far: the path without what is secret, and whether a token came along. */
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly hasToken: boolean;
  }[];
  /** Links that are good; one taken out has expired. */
  readonly links: Set<string>;
  /** Bytes of bodies of files that were handed to the connections so far. */
  readonly sent: () => number;
  readonly close: () => Promise<void>;
}

export interface UpdateServerOptions {
  readonly stored: readonly Stored[];
  /** Null: plain HTTP. */
  readonly certificate: Issued | null;
  readonly tls?: ServerOptions;
  /** The origin that links name, where it is not the server's own. */
  readonly linkOrigin?: string;
  readonly pageSize?: number;
  /** Files come no faster than this. */
  readonly bytesPerSecond?: number;
  /** What else it answers; false: not this one. */
  readonly also?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export async function startUpdateServer(options: UpdateServerOptions): Promise<UpdateServer> {
  const { stored, certificate } = options;
  const tokens = new Set(["token-1"]);
  const links = new Set<string>();
  const requests: UpdateServer["requests"] = [];
  const onList: Misdeed[] = [];
  const onLink: Misdeed[] = [];
  const onFile: Misdeed[] = [];
  let sent = 0;
  let lastLink = 0;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://x");
    if (options.also?.(request, response) === true) return;
    const { authorization, range } = request.headers;
    requests.push({ path: url.pathname, range, hasToken: authorization !== undefined });
    const isApi = url.pathname.startsWith("/api/");
    if (isApi && !tokens.has((authorization ?? "").replace(/^Bearer /, ""))) {
      response.writeHead(401).end();
      return;
    }
    const [misdeeds, honest] = !isApi
      ? [onFile, () => sendFile(url, request, response)]
      : url.pathname.endsWith("/download")
        ? [onLink, () => sendLink(url, response)]
        : [onList, () => sendList(url, response)];
    const misdeed = misdeeds.shift();
    if (misdeed === undefined) honest();
    else misdeed(request, response, honest);
  }

  function sendList(url: URL, response: ServerResponse): void {
    const size = options.pageSize ?? 100;
    const page = Number(url.searchParams.get("page") ?? "1");
    const release = url.searchParams.get("release_name");
    const found = stored
      .filter((each) => each.release === undefined || each.release === release)
      .map(({ item }) => item);
    json(response, found.slice((page - 1) * size, page * size));
  }

  function sendLink(url: URL, response: ServerResponse): void {
    const id = decodeURIComponent(url.pathname.split("/").at(-2) ?? "");
    if (!stored.some((each) => each.id === id)) {
      response.writeHead(404).end();
      return;
    }
    lastLink += 1;
    const signature = `secret-signature-${lastLink}`;
    links.add(signature);
    const origin = options.linkOrigin ?? address;
    json(response, {
      uri: `${origin}/store/${encodeURIComponent(id)}?signature=${signature}`,
      expire: new Date(Date.now() + 60_000).toISOString(),
    });
  }

  function sendFile(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const id = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
    const bytes = stored.find((each) => each.id === id)?.bytes;
    if (!links.has(url.searchParams.get("signature") ?? "")) response.writeHead(403).end("expired");
    else if (bytes === undefined) response.writeHead(404).end();
    else sendRange(bytes, request, response);
  }

  function sendRange(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (first === undefined || last === undefined) {
      response.writeHead(200, { "content-length": bytes.length });
      pass(bytes, response);
      return;
    }
    if (Number(last) >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(Number(first), Number(last) + 1);
    response.writeHead(206, {
      "content-length": part.length,
      "content-range": `bytes ${first}-${last}/${bytes.length}`,
    });
    pass(part, response);
  }

  /** No faster than it is taken, nor than it is told to. */
  function pass(bytes: Uint8Array, response: ServerResponse): void {
    const step = 64 * 1024;
    let at = 0;
    const begin = performance.now();
    const { bytesPerSecond = Number.POSITIVE_INFINITY } = options;
    const go = (): void => {
      while (at < bytes.length) {
        const earlyMs = (at / bytesPerSecond) * 1000 - (performance.now() - begin);
        if (earlyMs > 1) {
          setTimeout(go, earlyMs);
          return;
        }
        const piece = bytes.subarray(at, at + step);
        at += piece.length;
        sent += piece.length;
        if (!response.write(piece)) {
          response.once("drain", go);
          return;
        }
      }
      response.end();
    };
    go();
  }

  const server =
    certificate === null
      ? createPlain(answer)
      : createServer(
          { cert: certificate.certificate, key: certificate.key, ...options.tls },
          answer,
        );
  const { port, close } = await listening(server);
  const address = certificate === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    address,
    port,
    tokens,
    onList,
    onLink,
    onFile,
    requests,
    links,
    sent: () => sent,
    close,
  };
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

async function listening(server: Server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server.address()),
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** A proxy that lets through to one port of this machine, whatever host is asked for; or, with `refuses`, to none. */
export async function startProxy(to: number, refuses = false) {
  const asked: string[] = [];
  const server = createPlain((_, response) => void response.writeHead(400).end());
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url ?? ""}`);
    if (refuses) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const beyond = connect(to, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      beyond.pipe(socket).pipe(beyond);
    });
    for (const end of [socket, beyond])
      end.on("error", () => void (socket.destroy(), beyond.destroy()));
  });
  const { port, close } = await listening(server);
  return { url: `http://127.0.0.1:${port}`, asked, close };
}

/** A port of this machine at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createTcp().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}
