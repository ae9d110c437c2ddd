import { errors } from "undici";
import { HttpError } from "../network-types.ts";

type Reason = HttpError["reason"];

/** By the codes of Node and undici, in words for technicians. */
const meanings: ReadonlyMap<string, readonly [Reason, string]> = new Map([
  ["ECONNREFUSED", ["refused", "the connection is refused"]],
  ["ENOTFOUND", ["unreachable", "its name is not known"]],
  ["EAI_AGAIN", ["unreachable", "its name cannot be looked up now"]],
  ["EHOSTUNREACH", ["unreachable", "no way leads there"]],
  ["ENETUNREACH", ["unreachable", "no way leads there"]],
  ["ETIMEDOUT", ["stalled", "the connection took too long"]],
  ["UND_ERR_CONNECT_TIMEOUT", ["stalled", "the connection took too long"]],
  ["ECONNRESET", ["unreachable", "the connection was broken off"]],
  ["EPIPE", ["unreachable", "the connection was broken off"]],
  ["UND_ERR_SOCKET", ["unreachable", "the connection was broken off"]],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", ["unreachable", "it sent less than it announced"]],
  ["UND_ERR_HEADERS_OVERFLOW", ["malformed", "its headers are too large"]],
  ["UND_ERR_INFO", ["unreachable", "the connection was broken off"]],
  ["UND_ERR_PRX_TLS", ["untrusted", "the proxy's certificate is for another name"]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", ["untrusted", "its certificate is for another name"]],
  ["CERT_HAS_EXPIRED", ["untrusted", "its certificate has expired by this machine's clock"]],
  ["CERT_NOT_YET_VALID", ["untrusted", "its certificate is not valid yet by this machine's clock"]],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    ["untrusted", "nobody who is trusted has signed its certificate"],
  ],
  ["SELF_SIGNED_CERT_IN_CHAIN", ["untrusted", "nobody who is trusted has signed its certificate"]],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ["untrusted", "nobody who is trusted has signed its certificate"],
  ],
  ["UNABLE_TO_GET_ISSUER_CERT", ["untrusted", "nobody who is trusted has signed its certificate"]],
  [
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ["untrusted", "nobody who is trusted has signed its certificate"],
  ],
  ["CERT_REVOKED", ["untrusted", "its certificate was revoked"]],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", ["untrusted", "it speaks no version of TLS from 1.2 on"]],
  [
    "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    ["untrusted", "it speaks no version of TLS from 1.2 on"],
  ],
  ["ERR_SSL_WRONG_VERSION_NUMBER", ["malformed", "it does not speak TLS"]],
  [
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    ["untrusted", "it wants a certificate of the client"],
  ],
  ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", ["untrusted", "it does not agree to the connection"]],
]);

/** Codes that differ in their ends only. */
const families: readonly (readonly [RegExp, Reason, string])[] = [
  [/^ERR_SSL_|^EPROTO$/, "untrusted", "TLS failed"],
  [/^CERT_|^ERR_TLS_|_CERT/, "untrusted", "its certificate will not do"],
];

/** What undici throws, as HttpError. Its own messages may hold what was sent, so they are not repeated. */
export function httpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  // Several addresses of one name: each has failed.
  if (error instanceof AggregateError && codeOf(error) === null) return httpError(error.errors[0]);
  const code = codeOf(error);
  // Some of the parser's errors have a code, and all of them what was received.
  if (error instanceof errors.HTTPParserError) {
    return new HttpError("malformed", "what it answers is no HTTP");
  }
  if (code === null) throw error;
  if (code === "UND_ERR_ABORTED") return new HttpError("proxy", "the proxy does not let through");
  const [reason, words] = meanings.get(code) ??
    families.flatMap(([form, ...meaning]) => (form.test(code) ? [meaning] : []))[0] ?? [
      "unreachable",
      "the connection failed",
    ];
  return new HttpError(reason, `${words} (${code})`);
}

/** Of the innermost error that has one. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}
