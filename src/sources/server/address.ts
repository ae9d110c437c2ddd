import { isLoopback } from "../../core/loopback.ts";
import { insecurePlace } from "./problems.ts";

/** A URL to which something may be sent: HTTPS, or HTTP to this machine. `what` names it in the ArtifactError. */
export function safeUrl(what: string, text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw insecurePlace(what, "no URL");
  const url = new URL(text, base);
  const isSafe =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (isSafe) return url;
  throw insecurePlace(
    what,
    `"${url.protocol}"${url.hostname === "" ? "" : ` to "${url.hostname}"`}`,
  );
}
