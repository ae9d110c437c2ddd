import { connect, type Socket } from "node:net";
import { AuthenticationError } from "../network-types.ts";

/**
 * A connection to the bus at the first address of the list that is a socket of this machine:
 * `unix:path=...` or `unix:abstract=...`, parts separated by commas, bytes escaped as `%2f`. Throws
 * AuthenticationError.
 */
export function busSocket(addresses: string): Socket {
  for (const address of addresses.split(";")) {
    const path = socketPath(address.trim());
    if (path !== null) return connect(path);
  }
  throw new AuthenticationError("no-bus", `"${addresses}" names no socket of this machine`);
}

function socketPath(address: string): string | null {
  if (!address.startsWith("unix:")) return null;
  const parts = new Map(
    address
      .slice("unix:".length)
      .split(",")
      .map((part) => {
        const [key = "", ...value] = part.split("=");
        return [key, unescaped(value.join("="))];
      }),
  );
  const abstract = parts.get("abstract");
  return parts.get("path") ?? (abstract === undefined ? null : `\0${abstract}`);
}

function unescaped(value: string): string {
  return value.replaceAll(/%([0-9a-fA-F]{2})/g, (_, byte: string) =>
    String.fromCharCode(Number.parseInt(byte, 16)),
  );
}
