import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { HttpSettingError, type HttpSettings } from "../network-types.ts";

/**
 * Whom to trust and who we are, read once for all connections. The first of `trustFiles` that is there says whom the
 * system trusts; where none is, Node does. Throws HttpSettingError.
 */
export function secureContext(
  settings: Pick<HttpSettings, "serverCertificate" | "client">,
  trustFiles: readonly string[],
): SecureContext {
  const { serverCertificate, client } = settings;
  if (serverCertificate !== null) demandCertificates(serverCertificate);
  const system = firstOf(trustFiles);
  const context = {
    ca: [
      ...(system === null ? rootCertificates : [system]),
      ...(serverCertificate === null ? [] : [Buffer.from(serverCertificate)]),
    ],
    minVersion: "TLSv1.2" as const,
  };
  if (client === null) return createSecureContext(context);
  try {
    return createSecureContext({
      ...context,
      cert: Buffer.from(client.certificate),
      key: Buffer.from(client.key),
    });
  } catch {
    // What OpenSSL says names functions, and is of no help.
    throw new HttpSettingError(
      "HttpsClient",
      "they are no certificate and the private key for it, in PEM and without a password",
    );
  }
}

const certificateForm = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** OpenSSL passes over what it cannot read, so that the Server would not be trusted and nobody knew why. */
function demandCertificates(pem: Uint8Array): void {
  const found = Buffer.from(pem).toString("latin1").match(certificateForm) ?? [];
  try {
    for (const one of found) void new X509Certificate(one);
    if (found.length > 0) return;
  } catch {
    // Told below.
  }
  throw new HttpSettingError("ServerCertificate", "it is no certificate in PEM");
}

function firstOf(paths: readonly string[]): Buffer | null {
  for (const path of paths) {
    try {
      return readFileSync(path);
    } catch {
      // The next one.
    }
  }
  return null;
}
