import type { Network } from "../network-types.ts";
import { dbusAuthentication, type DbusOptions } from "./dbus-authentication.ts";

export interface NetworkOptions extends DbusOptions {
  /** Where what the system trusts may be, in one file. */
  readonly trustFiles: readonly string[];
}

/** Where distributions have it. */
const usualTrustFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;

/** What leads off this machine. The packages for it are loaded when the first of them is asked for something. */
export function nodeNetwork(options: Partial<NetworkOptions> = {}): Network {
  return {
    authentication: dbusAuthentication({
      address: options.address ?? "unix:path=/run/dbus/system_bus_socket",
      answerMs: options.answerMs ?? 10_000,
      renewMs: options.renewMs ?? 60_000,
    }),
    async openHttp(settings) {
      const { openHttp } = await import("./http.ts");
      return openHttp(settings, options.trustFiles ?? usualTrustFiles);
    },
  };
}
