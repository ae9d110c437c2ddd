import { assertNever } from "../../core/assert-never.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { EffectiveSettings, Sourced } from "../../manifest/settings.ts";
import {
  FileError,
  type Files,
  type Http,
  HttpSettingError,
  type HttpSettings,
  type Network,
} from "../../platform/types.ts";

type Configured = Pick<
  EffectiveSettings,
  "serverCertificate" | "httpsClientCertificate" | "httpsClientKey" | "proxies"
>;

/** HTTP as the configuration and the environment have it. Nothing is connected yet. */
export async function openConfiguredHttp(
  { files, network }: { readonly files: Pick<Files, "read">; readonly network: Network },
  configured: Configured,
): Promise<Result<Http>> {
  const settings = readHttpSettings(files, configured);
  if (!settings.ok) return settings;
  try {
    return ok(await network.openHttp(settings.value));
  } catch (error) {
    if (!(error instanceof HttpSettingError)) throw error;
    return fail(settingProblem(error, configured));
  }
}

function readHttpSettings(
  files: Pick<Files, "read">,
  { serverCertificate, httpsClientCertificate, httpsClientKey, proxies }: Configured,
): Result<HttpSettings> {
  const problems: Problem[] = [];
  const read = (name: string, path: Sourced<string | null>): Uint8Array | null => {
    const result = readPem(files, name, path);
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
  files: Pick<Files, "read">,
  name: string,
  { value: path, origin }: Sourced<string | null>,
): Result<Uint8Array | null> {
  if (path === null) return ok(null);
  try {
    return ok(files.read(path, largestPem));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail({
      code: "https-file-invalid",
      message: `The file "${path}" of "${name}" cannot be read: ${error.message}.`,
      ...placeOf(origin),
      got: error.code,
      hint: `Put the file there, or correct "${name}".`,
    });
  }
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
      const { origin, value } =
        setting === "HttpsClient" ? configured.httpsClientKey : configured.serverCertificate;
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

function placeOf(origin: Sourced<unknown>["origin"]): Pick<Problem, "at"> {
  return origin.kind === "file" ? { at: { file: origin.file, line: origin.line } } : {};
}
