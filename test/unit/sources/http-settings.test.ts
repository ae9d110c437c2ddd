import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Sourced } from "../../../src/manifest/settings.ts";
import { nodeNetwork } from "../../../src/platform/network/network.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { openConfiguredHttp } from "../../../src/sources/server/http-settings.ts";
import { issue, makeAuthority } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const { files } = nodePlatform();
const network = nodeNetwork();

function open(given: {
  readonly serverCertificate?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly proxy?: string;
}) {
  const at = <T>(value: T, line: number): Sourced<T> => ({
    value,
    origin: { kind: "file", file: "o.conf", line },
  });
  const proxies =
    given.proxy === undefined
      ? []
      : [
          {
            name: "HTTPS_PROXY",
            value: given.proxy,
            origin: { kind: "environment" as const, variable: "HTTPS_PROXY" },
          },
        ];
  return openConfiguredHttp(
    { files, network, tell: () => {} },
    {
      serverCertificate: at(given.serverCertificate ?? null, 1),
      httpsClientCertificate: at(given.certificate ?? null, 2),
      httpsClientKey: at(given.key ?? null, 3),
      proxies,
    },
  );
}

async function problemsOf(opened: ReturnType<typeof open>) {
  const result = await opened;
  if (!result.ok) return result.problems;
  await result.value.close();
  return [];
}

test("nothing has to be set", async () => {
  expect(await problemsOf(open({}))).toEqual([]);
  expect(await problemsOf(open({ proxy: "" }))).toEqual([]);
  expect(await problemsOf(open({ proxy: "proxy.example.com:3128" }))).toEqual([]);
});

test("a file that is not there is told where it is named, each of them", async () => {
  expect(
    await problemsOf(
      open({ serverCertificate: "/nowhere/ca", certificate: "/nowhere/c", key: "/nowhere/k" }),
    ),
  ).toEqual(
    [
      ["/nowhere/ca", "ServerCertificate", 1],
      ["/nowhere/c", "HttpsClient.Certificate", 2],
      ["/nowhere/k", "HttpsClient.Key", 3],
    ].map(([path, name, line]) => ({
      code: "https-file-invalid",
      message: `The file "${path}" of "${name}" cannot be read: there is no such file or directory.`,
      at: { file: "o.conf", line },
      got: "ENOENT",
      hint: `Put the file there, or correct "${name}".`,
    })),
  );
});

test.each(["socks5://secret@proxy", "http://user:secret@", "ftp://secret@proxy"])(
  "a proxy that is none is told without its password: %s",
  async (proxy) => {
    const problems = await problemsOf(open({ proxy }));

    expect(problems).toMatchObject([
      { code: "proxy-invalid", hint: `Correct "HTTPS_PROXY", or unset it.` },
    ]);
    expect(JSON.stringify(problems)).not.toContain("secret");
  },
);

describe.skipIf(!needs("openssl"))("certificates and keys", () => {
  test("that fit are taken", async () => {
    const { authority, client } = made();

    expect(
      await problemsOf(
        open({
          serverCertificate: authority.certificateFile,
          certificate: client.certificateFile,
          key: client.keyFile,
        }),
      ),
    ).toEqual([]);
  });

  test("of which the key belongs to another certificate are refused", async () => {
    const { authority, client } = made();
    const mixed = open({ certificate: client.certificateFile, key: authority.keyFile });

    expect(await problemsOf(mixed)).toMatchObject([
      {
        code: "https-file-invalid",
        message: `What "HttpsClient" names ("${authority.keyFile}") cannot be used: they are no certificate and the private key for it, in PEM and without a password.`,
        at: { file: "o.conf", line: 3 },
      },
    ]);
  });

  test("that are no certificates to trust are refused", async () => {
    const { directory, client } = made();
    const empty = join(directory, "empty.pem");
    writeFileSync(empty, "");
    const broken = join(directory, "broken.pem");
    writeFileSync(broken, client.certificate.toString().replace(/^[A-Za-z0-9+/]{20}/m, "A"));

    for (const file of [empty, broken, client.keyFile]) {
      expect(await problemsOf(open({ serverCertificate: file }))).toMatchObject([
        {
          code: "https-file-invalid",
          message: `What "ServerCertificate" names ("${file}") cannot be used: it is no certificate in PEM.`,
        },
      ]);
    }
  });

  function made() {
    const directory = scratchDirectory();
    const authority = makeAuthority(directory, "authority");
    return { directory, authority, client: issue(directory, authority, "device") };
  }
});
