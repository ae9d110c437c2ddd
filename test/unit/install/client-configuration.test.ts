import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readClientTls } from "../../../src/install/client-configuration.ts";
import { readConfiguration } from "../../../src/manifest/configuration.ts";
import { effectiveSettings } from "../../../src/manifest/settings.ts";
import { shownSettings } from "../../../src/manifest/shown-settings.ts";
import { nodeNetwork } from "../../../src/platform/network/network.ts";
import type { HttpSettings } from "../../../src/platform/network-types.ts";
import { openConfiguredHttp } from "../../../src/sources/server/http-settings.ts";
import { issue, makeAuthority } from "../../support/certificates.ts";
import { expectOk, textFile } from "../../support/manifests.ts";
import { needs } from "../../support/needs.ts";
import { valueOf } from "../../support/results.ts";
import { safeFiles } from "../../support/safe-files.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { noSettings } from "../../support/settings.ts";

/** A device with two files of the Mender Client's, and one of our own. */
function deviceWith(given: {
  readonly etc?: unknown;
  readonly fallback?: unknown;
  readonly own?: unknown;
}) {
  const directory = scratchDirectory();
  const files = safeFiles(directory);
  const path = (name: string) => join(directory, name);
  const write = (name: string, content: unknown): string => {
    const text = typeof content === "string" ? content : JSON.stringify(content, null, 1);
    if (content !== undefined) writeFileSync(path(name), text, { mode: 0o644 });
    return path(name);
  };
  const paths = [write("etc.conf", given.etc), write("fallback.conf", given.fallback)];
  const own = textFile("own.conf", JSON.stringify(given.own ?? {}));

  const settings = () =>
    effectiveSettings({
      ...noSettings,
      files: [expectOk(readConfiguration(own))],
      client: readClientTls(files, paths),
    });
  return {
    path,
    write,
    /** What `show-config` prints of it. */
    shown: () =>
      shownSettings(settings()).flatMap(({ name, value, origin }) =>
        /^HttpsClient|^ServerCertificate/.test(name) && origin !== "default"
          ? [`${name} ${String(value)} <- ${origin.replace(`${directory}/`, "")}`]
          : [],
      ),
    /** What HTTPS is opened with, and what was told. */
    async opened() {
      const told: string[] = [];
      const tell = (message: string) => void told.push(message.replaceAll(`${directory}/`, ""));
      const used: HttpSettings[] = [];
      const real = nodeNetwork();
      const network: typeof real = {
        ...real,
        async openHttp(each) {
          const http = await real.openHttp(each);
          used.push(each);
          return http;
        },
      };
      const http = valueOf(await openConfiguredHttp({ files, network, tell }, settings()));
      await http.close();
      return { told, used: used[0] };
    },
  };
}

const both = { Certificate: "/device.crt", Key: "/device.key" };

test("our own configuration wins over the Mender Client's, whose first file wins", () => {
  const etc = { ServerCertificate: "/a.crt" };
  const fallback = { ServerCertificate: "/b.crt", HttpsClient: both };
  expect(deviceWith({ etc, fallback }).shown()).toEqual([
    "HttpsClient.Certificate /device.crt <- fallback.conf:4",
    "HttpsClient.Key /device.key <- fallback.conf:5",
    "ServerCertificate /a.crt <- etc.conf:2",
  ]);
  const own = {
    ServerCertificate: "/own.crt",
    HttpsClient: { Certificate: "/own.crt", Key: "/own.key" },
  };
  expect(deviceWith({ etc, fallback, own }).shown()).toEqual([
    "HttpsClient.Certificate /own.crt <- own.conf:1",
    "HttpsClient.Key /own.key <- own.conf:1",
    "ServerCertificate /own.crt <- own.conf:1",
  ]);
});

test("an empty name in its first file means none", () => {
  const fallback = { ServerCertificate: "/b.crt" };
  expect(deviceWith({ etc: { ServerCertificate: "" }, fallback }).shown()).toEqual([]);
});

test.each([undefined, "", "{", "[]", "null", { ServerCertificate: 7, HttpsClient: "x" }, "\u0000"])(
  "a file that says nothing of it is passed over: %j",
  (etc) => {
    expect(deviceWith({ etc }).shown()).toEqual([]);
  },
);

test("a key that is no file is not used, which is told, and its PIN is not", async () => {
  const device = deviceWith({
    etc: { HttpsClient: { Certificate: "device.crt", Key: "pkcs11:object=k?pin-value=1234" } },
  });
  expect(device.shown()).toEqual([
    "HttpsClient.Certificate null <- etc.conf:3, not used: it is no absolute path",
    "HttpsClient.Key null <- etc.conf:4, not used: a key that is no file (PKCS#11) is not supported",
  ]);
  const { told, used } = await device.opened();
  expect(used).toMatchObject({ client: null });
  expect(told).toEqual([
    `"HttpsClient.Certificate" of the Mender Client's configuration (etc.conf:3) is not used: it is no absolute path.`,
    `"HttpsClient.Key" of the Mender Client's configuration (etc.conf:4) is not used: a key that is no file (PKCS#11) is not supported.`,
  ]);
});

test("a file that is not there is not used, which is told", async () => {
  const { told, used } = await deviceWith({ etc: { ServerCertificate: "/nowhere/ca" } }).opened();
  expect(used).toMatchObject({ serverCertificate: null });
  expect(told).toEqual([
    `"ServerCertificate" of the Mender Client's configuration (etc.conf:2) is not used: "/nowhere/ca" cannot be read: there is no such file.`,
  ]);
});

test("nothing is trusted because of a configuration that others may write", async () => {
  const device = deviceWith({ etc: { ServerCertificate: "/a.crt" } });
  chmodSync(device.path("etc.conf"), 0o666);
  const { told, used } = await device.opened();
  expect(used).toMatchObject({ serverCertificate: null });
  expect(told).toEqual([
    `"ServerCertificate" of the Mender Client's configuration (etc.conf:2) is not used: others may write to "etc.conf" (mode 0666).`,
  ]);
});

test.skipIf(!needs("openssl"))("certificates that will do are used, others not", async () => {
  const device = deviceWith({});
  const authority = makeAuthority(device.path(""), "authority");
  const own = issue(device.path(""), authority, "device");
  const configure = (ServerCertificate: string, Key: string) =>
    device.write("etc.conf", {
      ServerCertificate,
      HttpsClient: { Certificate: own.certificateFile, Key },
    });

  configure(authority.certificateFile, own.keyFile);
  const all = await device.opened();
  expect(all.told).toEqual([]);
  expect(all.used?.client).not.toBeNull();
  expect(all.used?.serverCertificate).not.toBeNull();

  configure(own.keyFile, authority.keyFile);
  const none = await device.opened();
  expect(none.used).toMatchObject({ client: null, serverCertificate: null });
  expect(none.told).toEqual([
    `"ServerCertificate" of the Mender Client's configuration (etc.conf:2) is not used: it is no certificate in PEM.`,
    `"HttpsClient" of the Mender Client's configuration (etc.conf:5) is not used: they are no certificate and the private key for it, in PEM and without a password.`,
  ]);

  configure(authority.certificateFile, own.keyFile);
  chmodSync(authority.certificateFile, 0o666);
  const exposed = await device.opened();
  expect(exposed.used).toMatchObject({ serverCertificate: null });
  expect(exposed.told).toEqual([
    `"ServerCertificate" of the Mender Client's configuration (etc.conf:2) is not used: others may write to "authority.crt" (mode 0666).`,
  ]);
});
