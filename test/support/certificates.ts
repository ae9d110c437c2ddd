import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate authority of the tests; files in PEM. */
export interface Authority {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Issued extends Authority {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Of elliptic curves: they are made at once. */
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export function makeAuthority(directory: string, name: string): Authority {
  const files = filesIn(directory, name);
  openssl("req", "-x509", ...newKey, ...out(files), "-subj", `/CN=${name}`, "-days", "30");
  return files;
}

/** A certificate for these DNS names, and for 127.0.0.1 and ::1; of less than no days it has expired. */
export function issue(
  directory: string,
  authority: Authority,
  name: string,
  dnsNames: readonly string[] = ["localhost"],
  days = 30,
): Issued {
  const files = filesIn(directory, name);
  const request = join(directory, `${name}.csr`);
  const extensions = join(directory, `${name}.ext`);
  const names = [...dnsNames.map((each) => `DNS:${each}`), "IP:127.0.0.1", "IP:::1"];
  writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
  openssl("req", ...newKey, "-keyout", files.keyFile, "-out", request, "-subj", `/CN=${name}`);
  openssl(
    "x509",
    "-req",
    ...["-in", request].concat("-out", files.certificateFile, "-days", String(days)),
    ...["-CA", authority.certificateFile].concat("-CAkey", authority.keyFile, "-CAcreateserial"),
    ...["-extfile"].concat(extensions),
  );
  return {
    ...files,
    certificate: readFileSync(files.certificateFile),
    key: readFileSync(files.keyFile),
  };
}

function filesIn(directory: string, name: string): Authority {
  return {
    certificateFile: join(directory, `${name}.crt`),
    keyFile: join(directory, `${name}.key`),
  };
}

function out({ certificateFile, keyFile }: Authority): readonly string[] {
  return ["-keyout", keyFile, "-out", certificateFile];
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`openssl ${args[0] ?? ""} ended in ${String(status)}: ${stderr}`);
}
