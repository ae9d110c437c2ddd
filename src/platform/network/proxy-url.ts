import { HttpSettingError } from "../network-types.ts";

/** The URL of a proxy, which may be written without `http://`; empty: there is none. Throws HttpSettingError. */
export function proxyUrl(text: string | null): string {
  if (text === null || text.trim() === "") return "";
  const written = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(written)) throw new HttpSettingError("HTTPS_PROXY", "it is no URL");
  const { protocol, href } = new URL(written);
  if (protocol === "http:" || protocol === "https:") return href;
  throw new HttpSettingError("HTTPS_PROXY", `it begins with "${protocol}//"`);
}
