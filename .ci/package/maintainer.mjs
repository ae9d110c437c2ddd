import { readFileSync } from "node:fs";
import { env } from "node:process";

/** Whoever packages it, as Debian's own tools are told who that is; else the author that package.json names. */
export function maintainer() {
  const { DEBFULLNAME: name = "", DEBEMAIL: address = "" } = env;
  if (name === "" && address === "") {
    return JSON.parse(readFileSync("package.json", "utf8")).author;
  }
  if (/^[^<>@,\n]+$/.test(name) && /^[^<>\s,@]+@[^<>\s,@]+$/.test(address)) {
    return `${name} <${address}>`;
  }
  throw new Error(
    `DEBFULLNAME is "${name}" and DEBEMAIL is "${address}": set both, a name and an address, or neither`,
  );
}
