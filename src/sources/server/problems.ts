import { ArtifactError } from "../../artifact/artifact-error.ts";
import { assertNever } from "../../core/assert-never.ts";
import type { Problem } from "../../core/problem.ts";
import type { AuthenticationError, HttpError } from "../../platform/network-types.ts";

/** Whom a request is for. Messages name the host and nothing else of a URL: links are secret. */
export interface Party {
  readonly role: "the Mender Server" | "the store of the Mender Server";
  readonly host: string;
}

function partyText({ role, host }: Party): string {
  return `${role} ("${host}")`;
}

/** What became of a request that got no answer, or an answer without an end. */
export function connectionProblem(party: Party, { reason, message }: HttpError): Problem {
  const who = partyText(party);
  switch (reason) {
    case "untrusted":
      return {
        code: "server-not-trusted",
        message: `No safe connection to ${who}: ${message}.`,
        got: message,
        hint: `Check this machine's clock, "ServerCertificate" and "HttpsClient", and that nobody sits in between.`,
      };
    case "malformed":
      return {
        code: "server-answer-invalid",
        message: `${capital(who)} cannot be understood: ${message}.`,
        got: message,
        hint: "Check that nothing else listens there, and that no proxy answers in its place.",
      };
    case "proxy":
    case "refused":
    case "stalled":
    case "unreachable":
      return {
        code: "server-unreachable",
        message: `${capital(who)} cannot be reached: ${message}.`,
        got: message,
        hint:
          reason === "proxy"
            ? `Check "HTTPS_PROXY" and "NO_PROXY", and what the proxy allows.`
            : `Check the network, and "HTTPS_PROXY" where one is needed; or bring the Artifacts in a bundle.`,
      };
    default:
      return assertNever(reason);
  }
}

export function authenticationProblem({ reason, message }: AuthenticationError): Problem {
  const got = message;
  switch (reason) {
    case "no-bus":
      return {
        code: "bus-unreachable",
        message: `The D-Bus system bus, over which the Mender Client is asked for its token, cannot be reached: ${message}.`,
        got,
        hint: `Start dbus, or set "DBUS_SYSTEM_BUS_ADDRESS"; or bring the Artifacts in a bundle.`,
      };
    case "no-service":
      return {
        code: "authentication-missing",
        message: `The Mender Client's authentication service is not on the D-Bus system bus: ${message}.`,
        got,
        hint: "Start mender-authd (mender-client with 3.x); or bring the Artifacts in a bundle.",
      };
    case "no-answer":
    case "refused":
      return {
        code: "authentication-failed",
        message: `The Mender Client's authentication service gives no token: ${message}.`,
        got,
        hint: "Look at its log (journalctl -u mender-authd), and that this user may ask it.",
      };
    default:
      return assertNever(reason);
  }
}

export function notAuthorised(got: string): ArtifactError {
  return new ArtifactError({
    code: "device-not-authorised",
    message: "This device is not authorised by the Mender Server.",
    expected: "a device that was accepted there",
    got,
    hint: "Accept the device on the Server, then try again.",
  });
}

/** A place to which nothing may be sent, nor anything be had from. `what` names it without its URL. */
export function insecurePlace(what: string, got: string): ArtifactError {
  return new ArtifactError({
    code: "server-insecure",
    message: `${capital(what)} is no "https" URL.`,
    expected: `"https", or "http" to this machine itself`,
    got,
    hint: `Correct "ServerURL" in the Mender Client's configuration, or the Server's own addresses.`,
  });
}

export function answerInvalid(
  party: Party,
  what: string,
  expected: string,
  got: string,
): ArtifactError {
  return new ArtifactError({
    code: "server-answer-invalid",
    message: `${capital(partyText(party))} ${what}.`,
    expected,
    got,
    hint: "Check that it is a Mender Server that knows System updates, and what lies in between.",
  });
}

export function refusedRequest(party: Party, status: number): Problem {
  return {
    code: "server-refused",
    message: `${capital(partyText(party))} refuses the request.`,
    expected: "status 200",
    got: `status ${status}`,
    hint: "Check that the Server knows System updates and lets this device have the Artifact.",
  };
}

export function busy(party: Party, status: number): Problem {
  return {
    code: "server-unavailable",
    message: `${capital(partyText(party))} cannot answer now.`,
    expected: "status 200",
    got: `status ${status}`,
    hint: "Try again later; or bring the Artifacts in a bundle.",
  };
}

export function artifactGone(name: string, party: Party): ArtifactError {
  return new ArtifactError({
    code: "source-gone",
    message: `${capital(partyText(party))} does not have the Artifact "${name}" any more.`,
    got: "status 404",
    hint: "Put the Artifact back on the Server, or install a Manifest of Artifacts that it has.",
  });
}

export function sizeDiffers(name: string, expected: number, got: string): ArtifactError {
  return new ArtifactError({
    code: "source-changed",
    message: `The Artifact "${name}" does not have the size that the Mender Server lists.`,
    expected: `${expected} bytes`,
    got,
    hint: "Somebody has exchanged it: install again, so that the plan is made from what there is.",
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
