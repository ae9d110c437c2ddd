import { Agent, type Dispatcher, EnvHttpProxyAgent, request as ask } from "undici";
import type { Http, HttpRequest, HttpResponse, HttpSettings } from "../network-types.ts";
import { httpError } from "./http-error.ts";
import { isLoopback } from "../../core/loopback.ts";
import { type PaceWatch, paceWatch } from "./pace-watch.ts";
import { proxyUrl } from "./proxy-url.ts";
import { secureContext } from "./secure-context.ts";

/** Milliseconds until a connection has to stand, TLS included. */
const connectMs = 30_000;

/** HTTP by undici; what the system trusts is in the first of `trustFiles` that is there. Throws HttpSettingError. */
export function openHttp(settings: HttpSettings, trustFiles: readonly string[]): Http {
  const tls = {
    secureContext: secureContext(settings, trustFiles),
    // Said, or a variable of the environment could switch it off.
    rejectUnauthorized: true,
    timeout: connectMs,
  };
  // Silence is watched here, where a slow reader is told from a slow server.
  const ours = { headersTimeout: 0, bodyTimeout: 0, connect: tls } as const;
  const direct = new Agent(ours);
  const byProxy = new EnvHttpProxyAgent({
    ...ours,
    requestTls: tls,
    proxyTls: { rejectUnauthorized: true },
    // What is not set is not looked for in the environment either; one for plain HTTP would be taken for HTTPS as well.
    httpProxy: "",
    httpsProxy: proxyUrl(settings.httpsProxy),
    noProxy: settings.noProxy ?? "",
  });
  return {
    get: (request) => get(request, isLoopback(request.url.hostname) ? direct : byProxy),
    async close() {
      await Promise.all([direct.destroy(), byProxy.destroy()]);
    },
  };
}

async function get(request: HttpRequest, dispatcher: Dispatcher): Promise<HttpResponse> {
  const { url, headers, signal } = request;
  const watch = paceWatch(request.pace);
  try {
    signal.throwIfAborted();
    const answer = await watch.during(
      ask(url, {
        dispatcher,
        headers,
        method: "GET",
        highWaterMark: request.aheadBytes,
        signal: AbortSignal.any([signal, watch.signal]),
      }),
    );
    watch.hasBegun();
    // A connection that is let go of before its end counts as an error, which nobody is interested in.
    answer.body.on("error", () => {});
    return {
      status: answer.statusCode,
      header(name) {
        const value = answer.headers[name];
        return typeof value === "string" ? value : null;
      },
      body: bodyOf(answer.body, watch, signal),
      close: () => void answer.body.destroy(),
    };
  } catch (error) {
    throw told(error, watch, signal);
  }
}

async function* bodyOf(
  body: AsyncIterable<unknown>,
  watch: PaceWatch,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await watch.during(pieces.next());
      if (next.done === true) return;
      if (!(next.value instanceof Uint8Array)) throw new TypeError("a body gave no bytes");
      watch.came(next.value.length);
      yield next.value;
    }
  } catch (error) {
    throw told(error, watch, signal);
  }
}

function told(error: unknown, watch: PaceWatch, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return watch.signal.aborted ? watch.signal.reason : httpError(error);
}
