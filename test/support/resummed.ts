import { createHash } from "node:crypto";

/** A certificate with a sum that is right again, as somebody would write it who means to deceive. */
export function resummed(text: string): string {
  const body = text.slice(0, text.lastIndexOf(',\n"sha256"'));
  const sum = createHash("sha256").update(body).digest("hex");
  return `${body},\n"sha256":"${sum}"}\n`;
}
