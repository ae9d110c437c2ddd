/** The ports to what lies off this machine: HTTP, and the service that lets a device talk to its Mender Server. */

/** What HTTP is opened with; certificates and keys in PEM. */
export interface HttpSettings {
  /** To trust beside what the system trusts. */
  readonly serverCertificate: Uint8Array | null;
  /** The device's own, for servers that ask for one. */
  readonly client: { readonly certificate: Uint8Array; readonly key: Uint8Array } | null;
  /** As HTTPS_PROXY and NO_PROXY have them. Plain HTTP stays on this machine, so that no proxy is for it. */
  readonly httpsProxy: string | null;
  readonly noProxy: string | null;
}

/** Which of the settings cannot be used; the message repeats nothing of a key, nor of a proxy's password. */
export class HttpSettingError extends Error {
  readonly setting: "ServerCertificate" | "HttpsClient" | "HTTPS_PROXY";
  constructor(setting: HttpSettingError["setting"], message: string) {
    super(message);
    this.name = "HttpSettingError";
    this.setting = setting;
  }
}

/**
 * Why a request got no answer, or its answer no end. The message holds no URL and nothing that was sent or received.
 */
export class HttpError extends Error {
  readonly reason:
    /** Nobody listens there. */
    | "refused"
    /** The name or the way there is not known, or the connection broke. */
    | "unreachable"
    /** Nothing came for as long as was given. */
    | "stalled"
    /** The proxy does not let through. */
    | "proxy"
    /** The certificate or the version of TLS will not do. */
    | "untrusted"
    /** It is no HTTP. */
    | "malformed";
  constructor(reason: HttpError["reason"], message: string) {
    super(message);
    this.name = "HttpError";
    this.reason = reason;
  }
}

/** When an answer counts as stalled; only the time counts in which it is waited for, not that of a slow reader. */
export interface Pace {
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Bytes that have to come in every `slowMs` milliseconds of waiting, from the headers on. */
  readonly leastBytes: number;
  readonly slowMs: number;
  /** Milliseconds for all of it; null: as long as it gets on. */
  readonly totalMs: number | null;
}

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly pace: Pace;
  /** About so many bytes of the body may lie here before they are read. What lies here comes in one piece. */
  readonly aheadBytes: number;
  /** Its reason is thrown once it is aborted, by the body as well. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Null: there is none, or several. `name` is in lower case. */
  header(name: string): string | null;
  /** As it comes, and no faster than it is read. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection; to be called whether the body was read or not. */
  close(): void;
}

/** HTTP and HTTPS (TLS 1.2 on), by proxy but to this machine itself. Redirects are answers like others. */
export interface Http {
  /** Throws HttpError. */
  get(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** What lets a device talk to its Mender Server. */
export interface ServerAccess {
  /** Secret. */
  readonly token: string;
  /** Where the Server, or the client's own proxy to it, is. */
  readonly address: string;
}

/** Why the client's authentication service was of no use. */
export class AuthenticationError extends Error {
  readonly reason: "no-bus" | "no-service" | "no-answer" | "refused";
  constructor(reason: AuthenticationError["reason"], message: string) {
    super(message);
    this.name = "AuthenticationError";
    this.reason = reason;
  }
}

/**
 * The authentication service of the Mender Client. Both throw AuthenticationError; null: the device is not authorised.
 */
export interface Authentication {
  /** What the service has at hand. */
  current(signal: AbortSignal): Promise<ServerAccess | null>;
  /** Has the service ask the Server for a new token, and waits for it. */
  renew(signal: AbortSignal): Promise<ServerAccess | null>;
}

/** What leads off this machine; loaded by whoever asks for it first. */
export interface Network {
  /** Throws HttpSettingError. */
  openHttp(settings: HttpSettings): Promise<Http>;
  readonly authentication: Authentication;
}
