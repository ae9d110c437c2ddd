import { assertNever } from "../../core/assert-never.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { EffectiveSettings, Origin, Sourced } from "../../manifest/settings.ts";
import {
  type Http,
  HttpSettingError,
  type HttpSettings,
  type Network,
} from "../../platform/network-types.ts";
import { FileError, type Files } from "../../platform/types.ts";
import { exposedBy } from "../exposure.ts";

type Configured = Pick<
  EffectiveSettings,
  "serverCertificate" | "httpsClientCertificate" | "httpsClientKey" | "proxies"
>;

type ClientOrigin = Extract<Origin, { readonly kind: "client" }>;

interface HttpPorts {
  readonly files: Pick<Files, "read" | "status" | "readLink">;
  readonly network: Network;
  /** Told of what the Mender Client's configuration names and is not used. */
  readonly tell: (message: string) => void;
}

/**
 * HTTP as the configuration and the environment have it. Nothing is connected yet. What is wrong in the Mender Client's
 * configuration is passed over: it may be right for the client, and mostly all goes well without.
 */
export async function openConfiguredHttp(
  ports: HttpPorts,
  configured: Configured,
): Promise<Result<Http>> {
  const settings = readHttpSettings(ports, configured);
  return settings.ok ? await openHttp(ports, configured, settings.value) : settings;
}

async function openHttp(
  ports: HttpPorts,
  configured: Configured,
  settings: HttpSettings,
): Promise<Result<Http>> {
  try {
    return ok(await ports.network.openHttp(settings));
  } catch (error) {
    if (!(error instanceof HttpSettingError)) throw error;
    const { setting } = error;
    if (setting === "HTTPS_PROXY") return fail(settingProblem(error, configured));
    const { origin } = namedBy(setting, configured);
    if (origin.kind !== "client") return fail(settingProblem(error, configured));
    ports.tell(notUsed(setting, origin, error.message));
    const without = setting === "HttpsClient" ? { client: null } : { serverCertificate: null };
    return await openHttp(ports, configured, { ...settings, ...without });
  }
}

function readHttpSettings(
  ports: HttpPorts,
  { serverCertificate, httpsClientCertificate, httpsClientKey, proxies }: Configured,
): Result<HttpSettings> {
  const problems: Problem[] = [];
  const read = (name: string, named: Sourced<string | null>): Uint8Array | null => {
    const result = readPem(ports, name, named);
    if (result.ok) return result.value;
    problems.push(...result.problems);
    return null;
  };
  const server = read("ServerCertificate", serverCertificate);
  const certificate = read("HttpsClient.Certificate", httpsClientCertificate);
  const key = read("HttpsClient.Key", httpsClientKey);
  if (problems.length > 0) return fail(...problems);
  const proxy = (name: string) => proxies.find((each) => each.name === name)?.value ?? null;
  return ok({
    serverCertificate: server,
    client: certificate === null || key === null ? null : { certificate, key },
    httpsProxy: proxy("HTTPS_PROXY"),
    noProxy: proxy("NO_PROXY"),
  });
}

/** Bytes; a file of all certificates that a system trusts has a quarter of a megabyte. */
const largestPem = 4 * 1024 * 1024;

function readPem(
  { files, tell }: HttpPorts,
  name: string,
  { value: path, origin }: Sourced<string | null>,
): Result<Uint8Array | null> {
  try {
    if (origin.kind === "client") {
      const unused = path === null ? origin.unused : exposedBy(files, path);
      if (unused !== null) tell(notUsed(name, origin, unused));
      return ok(path === null || unused !== null ? null : files.read(path, largestPem));
    }
    return ok(path === null ? null : files.read(path, largestPem));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (origin.kind === "client") {
      tell(notUsed(name, origin, `"${error.path}" cannot be read: ${error.message}`));
      return ok(null);
    }
    return fail({
      code: "https-file-invalid",
      message: `The file "${path ?? ""}" of "${name}" cannot be read: ${error.message}.`,
      ...placeOf(origin),
      got: error.code,
      hint: `Put the file there, or correct "${name}".`,
    });
  }
}

function notUsed(setting: string, { file, line }: ClientOrigin, why: string): string {
  return `"${setting}" of the Mender Client's configuration (${file}:${line}) is not used: ${why}.`;
}

function settingProblem({ setting, message }: HttpSettingError, configured: Configured): Problem {
  switch (setting) {
    case "HTTPS_PROXY":
      return {
        code: "proxy-invalid",
        message: `The environment variable "HTTPS_PROXY" names no proxy: ${message}.`,
        expected: `a URL such as "http://proxy.example.com:3128"`,
        hint: `Correct "HTTPS_PROXY", or unset it.`,
      };
    case "ServerCertificate":
    case "HttpsClient": {
      const { origin, value } = namedBy(setting, configured);
      return {
        code: "https-file-invalid",
        message: `What "${setting}" names ("${value ?? ""}") cannot be used: ${message}.`,
        ...placeOf(origin),
        hint:
          setting === "HttpsClient"
            ? `Let "Certificate" and "Key" name PEM files that belong together; "openssl x509 -in" and "openssl pkey -in" read them.`
            : `Let it name a PEM file; "openssl x509 -in" reads it.`,
      };
    }
    default:
      return assertNever(setting);
  }
}

function namedBy(
  setting: Exclude<HttpSettingError["setting"], "HTTPS_PROXY">,
  { httpsClientKey, serverCertificate }: Configured,
): Sourced<string | null> {
  return setting === "HttpsClient" ? httpsClientKey : serverCertificate;
}

function placeOf(origin: Sourced<unknown>["origin"]): Pick<Problem, "at"> {
  return origin.kind === "file" ? { at: { file: origin.file, line: origin.line } } : {};
}
