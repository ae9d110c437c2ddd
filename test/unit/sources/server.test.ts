import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { ArtifactError } from "../../../src/artifact/artifact-error.ts";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { ArtifactName, ComponentType } from "../../../src/core/ids.ts";
import type { Problem } from "../../../src/core/problem.ts";
import type { Result } from "../../../src/core/result.ts";
import { AuthenticationError } from "../../../src/platform/network-types.ts";
import type { ByteSource } from "../../../src/platform/types.ts";
import { buildArtifact, soundArtifact } from "../../support/artifacts.ts";
import { collect } from "../../support/byte-sources.ts";
import { type Authority, issue, type Issued, makeAuthority } from "../../support/certificates.ts";
import { needs } from "../../support/needs.ts";
import { type ServerDeviceOptions, startServerDevice } from "../../support/server-device.ts";
import {
  freePort,
  type Misdeed,
  startProxy,
  startUpdateServer,
  type Stored,
  type UpdateServerOptions,
} from "../../support/update-server.ts";

const release = ArtifactName.parse("gateway-v2");
const gateway = ComponentType.parse("gateway");

/** Of three pieces of 64 KiB and a little more. */
const bytes = randomBytes(200_000);

function stored(id: string, content: Uint8Array = bytes, item: object = {}): Stored {
  return {
    id,
    bytes: content,
    item: {
      id,
      name: "gateway-v2",
      size: content.length,
      artifact_provides: { artifact_name: "gateway-v2", "rootfs-image.gateway.version": "v2" },
      artifact_depends: { device_type: ["gateway"] },
      clears_artifact_provides: ["rootfs-image.gateway.*"],
      ...item,
    },
  };
}

const wanted = { id: "a1", name: "gateway-v2", size: bytes.length };

describe.skipIf(!needs("openssl"))("the Mender Server as a source", () => {
  let directory: string;
  let authority: Authority;
  let ca: Buffer;
  let certificate: Issued;
  let stranger: Issued;
  let client: Issued;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "orchestrator-test-"));
    authority = makeAuthority(directory, "authority");
    ca = readFileSync(authority.certificateFile);
    certificate = issue(directory, authority, "server", ["localhost", "store.test"]);
    client = issue(directory, authority, "device");
    stranger = issue(directory, makeAuthority(directory, "stranger-authority"), "stranger");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function start(
    given: {
      readonly server?: Partial<UpdateServerOptions>;
      readonly device?: Partial<ServerDeviceOptions>;
    } = {},
  ) {
    const server = await startUpdateServer({
      stored: [stored("a1")],
      certificate,
      ...given.server,
    });
    onTestFinished(() => server.close());
    const device = await startServerDevice({
      access: [{ token: "token-1", address: server.address }],
      trustFile: stranger.certificateFile,
      ...given.device,
      settings: { serverCertificate: ca, ...given.device?.settings },
    });
    onTestFinished(() => device.close());
    return { server, device };
  }

  describe("its list", () => {
    test("gives each Artifact with what tells whether it fits", async () => {
      const { device, server } = await start();

      expect(await device.server.candidates(release, gateway)).toEqual({
        ok: true,
        value: {
          candidates: [
            {
              id: "a1",
              name: "gateway-v2",
              size: 200_000,
              provides: new Map([
                ["artifact_name", "gateway-v2"],
                ["rootfs-image.gateway.version", "v2"],
              ]),
              depends: new Map([["device_type", ["gateway"]]]),
              clears: ["rootfs-image.gateway.*"],
            },
          ],
          unreadable: 0,
        },
      });
      expect(server.requests).toEqual([
        { path: "/api/devices/v1/deployments/artifacts", range: undefined, hasToken: true },
      ]);
    });

    test("may lack what is not needed, and what cannot be read is counted", async () => {
      const bare = {
        id: "a2",
        artifact_name: "gateway-v2",
        size: 1,
        clears_artifact_provides: null,
      };
      const { device } = await start({
        server: {
          stored: [
            { id: "a2", bytes, item: bare },
            stored("..", bytes),
            stored("a3", bytes, { size: -1 }),
            stored("a4", bytes, { artifact_provides: "v2" }),
            { id: "", bytes, item: { name: "without an id" } },
          ],
        },
      });

      expect(await device.server.candidates(release, gateway)).toEqual({
        ok: true,
        value: {
          candidates: [
            {
              id: "a2",
              name: "gateway-v2",
              size: 1,
              provides: null,
              depends: new Map(),
              clears: null,
            },
          ],
          unreadable: 4,
        },
      });
    });

    test("is read page by page", async () => {
      const all = Array.from({ length: 230 }, (_, index) => stored(`a${index}`));
      const { device, server } = await start({ server: { stored: all } });

      const listed = await device.server.candidates(release, gateway);

      expect(listed.ok && listed.value.candidates.map(({ id }) => id)).toEqual(
        all.map(({ id }) => id),
      );
      expect(server.requests).toHaveLength(3);
    });

    test("ends where a page brings nothing new", async () => {
      const all = Array.from({ length: 100 }, (_, index) => stored(`a${index}`));
      const { device, server } = await start({ server: { stored: all } });
      const firstPage: Misdeed = (_, response) => {
        response.end(JSON.stringify(all.map(({ item }) => item)));
      };
      server.onList.push(firstPage, firstPage, firstPage);

      const listed = await device.server.candidates(release, gateway);

      expect(listed.ok && listed.value.candidates.length).toBe(100);
      expect(server.requests).toHaveLength(2);
    });

    test("that never ends is refused", async () => {
      const { device, server } = await start();
      let count = 0;
      const anotherPage: Misdeed = (_, response) => {
        const items = Array.from({ length: 100 }, () => stored(`a${(count += 1)}`).item);
        response.end(JSON.stringify(items));
      };
      server.onList.push(...Array.from({ length: 60 }, () => anotherPage));

      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: "server-answer-invalid",
        expected: "at most 50 pages",
      });
      expect(server.requests).toHaveLength(50);
    });

    test.each([
      ["no JSON", "<html>secret-token", "is no JSON"],
      ["no list", '{"error":"secret-token"}', "no list"],
      ["a number too large", "[1e999]", "is no JSON"],
      ["nested deep", "[".repeat(1_000_000), "is no JSON"],
    ])("that is %s is refused, and not repeated", async (_, body, message) => {
      const { device, server } = await start();
      server.onList.push((_request, response) => void response.end(body));

      const problem = await problemOf(device.server.candidates(release, gateway));

      expect(problem.code).toBe("server-answer-invalid");
      expect(problem.message).toContain(message);
      expect(JSON.stringify(problem)).not.toContain("secret-token");
    });

    test("that is huge is left before it is read", async () => {
      const { device, server } = await start();
      server.onList.push((_, response) => {
        const piece = Buffer.alloc(1024 * 1024, " ");
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
          response.once("drain", more);
        };
        more();
      });

      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: "server-answer-invalid",
        got: "more than 8388608",
      });
    });
  });

  describe("the API", () => {
    const list: Misdeed = (_, __, honest) => honest();

    test.each([
      [403, "server-refused"],
      [404, "server-refused"],
      [416, "server-refused"],
    ])("that refuses with %i is told at once", async (code, told) => {
      const { device, server } = await start();
      server.onList.push(status(code));
      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: told,
        got: `status ${code}`,
      });
      expect(device.waits).toEqual([]);
    });

    test("that is busy is waited for, and given up in the end", async () => {
      const { device, server } = await start({ device: { retryCount: 3 } });
      server.onList.push(status(429, { "retry-after": "7" }), status(500), status(503), list);
      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
      expect(device.waits).toEqual([7000, 1500, 3000]);

      server.onList.push(status(500), status(429), status(408), status(502));
      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: "server-unavailable",
        got: "status 502, 4 times in a row",
      });
    });

    test.each<[string, Misdeed]>([
      ["breaks off in the middle of an answer", (_, response) => breakOff(response)],
      ["stalls in the middle of an answer", (_, response) => void response.write('[{"id":"a1",')],
      ["closes the connection without an answer", (request) => void request.socket.destroy()],
      ["says nothing", () => {}],
    ])("that %s is asked again", async (_, misdeed) => {
      const { device, server } = await start({ device: { pace: { idleMs: 300 } } });
      server.onList.push(misdeed);
      const listed = await device.server.candidates(release, gateway);
      expect(listed).toMatchObject({ ok: true, value: { candidates: [{ id: "a1" }] } });
      expect(device.retried.map(({ code }) => code)).toEqual(["server-unreachable"]);

      server.onLink.push(misdeed);
      const got = await all(device.server.source(wanted, "all"));
      expect(Buffer.compare(got, bytes)).toBe(0);
      expect(device.retried).toHaveLength(2);
    });

    test.each([
      ["no JSON", "<html>secret-token", "is no JSON"],
      ["nested deep", '{"uri":'.repeat(30_000), "is no JSON"],
      ["without a link", '{"expire":"secret-token"}', "no link"],
      ["huge", `{"uri":"${"x".repeat(300_000)}"}`, "too much"],
    ])("whose answer for a link is %s is refused, and not repeated", async (_, body, message) => {
      const { device, server } = await start();
      server.onLink.push((_request, response) => void response.end(body));
      const problem = await problemOf(all(device.server.source(wanted, "all")));
      expect(problem.code).toBe("server-answer-invalid");
      expect(problem.message).toContain(message);
      expect(JSON.stringify(problem)).not.toContain("secret-token");
      expect(device.waits).toEqual([]);
    });

    test("that lists more than anybody needs, each page of it small enough, is left", async () => {
      const { device, server } = await start();
      const large: Misdeed = (request, response) => {
        const id = new URL(request.url ?? "/", "http://x").searchParams.get("page") ?? "1";
        response.setHeader("link", '<x>; rel="next"');
        response.end(JSON.stringify([{ ...stored(`a${id}`).item, more: "x".repeat(8_000_000) }]));
      };
      server.onList.push(...Array.from({ length: 50 }, () => large));
      const problem = await problemOf(device.server.candidates(release, gateway));
      expect(problem.code).toBe("server-answer-invalid");
      expect(problem.message).toContain("answers with too much");
      expect(server.requests).toHaveLength(5);
    });
  });

  describe("who we are", () => {
    test("a token that is not good any more is replaced, once", async () => {
      const { device, server } = await start();
      server.tokens.clear();
      server.tokens.add("token-2");
      device.says.push({ token: "token-2", address: server.address });

      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
      expect(device.asked).toEqual(["current", "renew"]);
      expect(device.waits).toEqual([]);
    });

    test("a device whose new token is not good either is not authorised", async () => {
      const { device, server } = await start();
      server.tokens.clear();

      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: "device-not-authorised",
        got: "status 401 with a new token, too",
      });
      expect(server.requests).toHaveLength(2);
    });

    test("a device without a token asks for one", async () => {
      const { device, server } = await start({ device: { access: [null] } });
      device.says.push({ token: "token-1", address: server.address });

      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
      expect(device.asked).toEqual(["current", "renew"]);
    });

    test("and is not authorised where it gets none", async () => {
      const { device } = await start({ device: { access: [null] } });

      expect(await problemOf(device.server.candidates(release, gateway))).toEqual({
        code: "device-not-authorised",
        message: "This device is not authorised by the Mender Server.",
        expected: "a device that was accepted there",
        got: "no token",
        hint: "Accept the device on the Server, then try again.",
      });
    });

    test.each([
      ["no-bus", "bus-unreachable"],
      ["no-service", "authentication-missing"],
      ["no-answer", "authentication-failed"],
      ["refused", "authentication-failed"],
    ] as const)("%s is told at once as %s", async (reason, code) => {
      const { device } = await start({
        device: { access: [new AuthenticationError(reason, "so it is")] },
      });

      expect((await problemOf(device.server.candidates(release, gateway))).code).toBe(code);
      expect(device.waits).toEqual([]);
    });

    test("an address of plain HTTP that is not this machine's own gets no token", async () => {
      const { device } = await start({
        device: { access: [{ token: "token-1", address: "http://mender.example.com" }] },
      });

      expect(await problemOf(device.server.candidates(release, gateway))).toEqual({
        code: "server-insecure",
        message: `The address of the Mender Server is no "https" URL.`,
        expected: `"https", or "http" to this machine itself`,
        got: `"http:" to "mender.example.com"`,
        hint: `Correct "ServerURL" in the Mender Client's configuration, or the Server's own addresses.`,
      });
    });

    test("the client's own proxy may be plain HTTP, and have another port when it is asked again", async () => {
      const nobody = await freePort();
      const { device, server } = await start({
        server: { certificate: null },
        device: { access: [{ token: "token-1", address: `http://127.0.0.1:${nobody}` }] },
      });
      device.says.push({ token: "token-1", address: server.address });

      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
      expect(device.asked).toEqual(["current", "current"]);
      expect(device.waits).toEqual([]);
    });

    test("a service that is away for a while, once it was there, is waited for", async () => {
      const nobody = { token: "token-1", address: `http://127.0.0.1:${await freePort()}` };
      const { device, server } = await start({ device: { access: [nobody] } });
      device.says.push(
        new AuthenticationError("no-service", "nobody has its name"),
        new AuthenticationError("no-service", "nobody has its name"),
        { token: "token-1", address: server.address },
      );

      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
      expect(device.waits).toEqual([750, 1500]);
    });
  });

  describe("a connection", () => {
    test("to nobody is tried eleven times, ever more seldom, then told", async () => {
      const port = await freePort();
      const { device } = await start({
        device: { access: [{ token: "token-1", address: `https://localhost:${port}` }] },
      });

      expect(await problemOf(device.server.candidates(release, gateway))).toEqual({
        code: "server-unreachable",
        message: `The Mender Server ("localhost:${port}") cannot be reached: the connection is refused (ECONNREFUSED).`,
        got: "the connection is refused (ECONNREFUSED), 11 times in a row",
        hint: `Check the network, and "HTTPS_PROXY" where one is needed; or bring the Artifacts in a bundle.`,
      });
      expect(device.waits).toEqual([
        750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000, 45_000, 45_000,
      ]);
    });

    test("is refused as well where the environment tells Node to trust everybody", async () => {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
      try {
        const { device } = await start({ server: { certificate: stranger } });
        const problem = await problemOf(device.server.candidates(release, gateway));
        expect(problem.code).toBe("server-not-trusted");
      } finally {
        vi.unstubAllEnvs();
      }
    });

    test("to somebody whose certificate nobody has signed is refused at once", async () => {
      const { device } = await start({ server: { certificate: stranger } });

      expect(await problemOf(device.server.candidates(release, gateway))).toMatchObject({
        code: "server-not-trusted",
        got: "nobody who is trusted has signed its certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
      });
      expect(device.waits).toEqual([]);
    });

    test("is not trusted without ServerCertificate", async () => {
      const { device } = await start({ device: { settings: { serverCertificate: null } } });

      expect((await problemOf(device.server.candidates(release, gateway))).code).toBe(
        "server-not-trusted",
      );
    });

    test("is trusted where the system trusts whoever signed the certificate", async () => {
      const { device } = await start({
        device: {
          trustFile: join(directory, "authority.crt"),
          settings: { serverCertificate: null },
        },
      });

      expect((await device.server.candidates(release, gateway)).ok).toBe(true);
    });

    test.each([
      ["for another name", ["store.test"], 30, "its certificate is for another name"],
      [
        "that has expired",
        ["localhost"],
        -1,
        "its certificate has expired by this machine's clock",
      ],
    ] as const)(
      "to somebody with a certificate %s is refused at once",
      async (_, names, days, why) => {
        const wrong = issue(directory, authority, `wrong-${days}`, names, days);
        const { device } = await start({ server: { certificate: wrong } });
        const problem = await problemOf(device.server.candidates(release, gateway));
        expect(problem.code).toBe("server-not-trusted");
        expect(problem.got).toContain(why);
        expect(device.waits).toEqual([]);
      },
    );

    test("to somebody who does not speak TLS is refused at once", async () => {
      const plain = await startUpdateServer({ stored: [], certificate: null });
      onTestFinished(() => plain.close());
      const { device } = await start({
        device: { access: [{ token: "token-1", address: `https://localhost:${plain.port}` }] },
      });
      const problem = await problemOf(device.server.candidates(release, gateway));
      expect(problem.code).toBe("server-answer-invalid");
      expect(problem.got).toContain("it does not speak TLS");
      expect(plain.requests).toEqual([]);
    });

    test.each([
      ["no HTTP", "SSH-2.0-OpenSSH_9.2 secret-token\r\n", "what it answers is no HTTP"],
      [
        "headers without an end",
        `HTTP/1.1 200 OK\r\nx: ${"secret-token".repeat(100_000)}`,
        "its headers are too large",
      ],
    ])("on which there is %s is refused at once, and not repeated", async (_, answer, why) => {
      const { device, server } = await start();
      server.onList.push((request) => void request.socket.write(answer));
      const problem = await problemOf(device.server.candidates(release, gateway));
      expect(problem.code).toBe("server-answer-invalid");
      expect(problem.got).toContain(why);
      expect(JSON.stringify(problem)).not.toContain("secret-token");
      expect(device.waits).toEqual([]);
    });

    test("of TLS 1.1 is refused at once", async () => {
      const { device } = await start({
        server: {
          tls: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
        },
      });

      const problem = await problemOf(device.server.candidates(release, gateway));
      expect(problem.code).toBe("server-not-trusted");
      expect(problem.got).toContain("it speaks no version of TLS from 1.2 on");
    });

    test("shows the device's certificate to a server that asks for one", async () => {
      const tls = { requestCert: true, rejectUnauthorized: true, ca };
      const settings = { client: { certificate: client.certificate, key: client.key } };
      const { device } = await start({ server: { tls }, device: { settings } });
      expect((await device.server.candidates(release, gateway)).ok).toBe(true);

      const without = await start({ server: { tls }, device: { retryCount: 0 } });
      const problem = await problemOf(without.device.server.candidates(release, gateway));
      // A server of Node breaks off where another one says why.
      expect(problem.code).toMatch(/^server-(?:not-trusted|unreachable)$/);
    });

    test("to the store goes through the proxy, that to this machine does not", async () => {
      const { device, server, proxy } = await behindProxy(false);

      expect(
        Buffer.compare(
          await collect(device.server.source(wanted, "all").read(0, bytes.length)),
          bytes,
        ),
      ).toBe(0);
      expect(proxy.asked).toEqual(["CONNECT store.test:443"]);
      expect(server.requests.map(({ path }) => path)).toEqual([
        "/api/devices/v1/deployments/artifacts/a1/download",
        "/store/a1",
      ]);
    });

    test("that the proxy refuses is told, without its password", async () => {
      const { device } = await behindProxy(true);

      expect(await problemOf(all(device.server.source(wanted, "all")))).toEqual({
        code: "server-unreachable",
        message: `The store of the Mender Server ("store.test") cannot be reached: the proxy does not let through.`,
        got: "the proxy does not let through",
        hint: `Check "HTTPS_PROXY" and "NO_PROXY", and what the proxy allows.`,
      });
    });

    async function behindProxy(refuses: boolean) {
      const server = await startUpdateServer({
        stored: [stored("a1")],
        certificate,
        linkOrigin: "https://store.test",
      });
      onTestFinished(() => server.close());
      const proxy = await startProxy(server.port, refuses);
      onTestFinished(() => proxy.close());
      const device = await startServerDevice({
        access: [{ token: "token-1", address: server.address }],
        trustFile: stranger.certificateFile,
        settings: {
          serverCertificate: ca,
          httpsProxy: proxy.url.replace("http://", "http://user:secret-password@"),
        },
        retryCount: 0,
      });
      onTestFinished(() => device.close());
      return { server, proxy, device };
    }
  });

  describe("a download", () => {
    test("is an Artifact like any other to those who verify it", async () => {
      const artifact = await buildArtifact(soundArtifact);
      const { device, server } = await start({ server: { stored: [stored("a1", artifact)] } });
      const source = device.server.source({ ...wanted, size: artifact.length }, "all");

      const verified = await verifyArtifact(source, []);

      expect(verified.ok && verified.value.artifact.name).toBe("gateway-v2");
      expect(server.requests.at(-1)).toEqual({
        path: "/store/a1",
        range: `bytes=0-${artifact.length - 1}`,
        hasToken: false,
      });
    });

    test("of another Artifact's bytes is found out by those who verify it", async () => {
      const artifact = Buffer.from(await buildArtifact(soundArtifact));
      const at = artifact.lastIndexOf(Buffer.from("ustar")) - 300;
      artifact[at + 1024] = (artifact[at + 1024] ?? 0) ^ 1;
      const { device } = await start({ server: { stored: [stored("a1", artifact)] } });

      const verified = await verifyArtifact(
        device.server.source({ ...wanted, size: artifact.length }, "all"),
        [],
      );

      expect(verified.ok).toBe(false);
    });

    test("of a header asks for no more than is read", async () => {
      const big = { name: "payload", content: randomBytes(2 * 1024 * 1024) };
      const artifact = await buildArtifact({ ...soundArtifact, files: [big] });
      const { device, server } = await start({ server: { stored: [stored("a1", artifact)] } });
      const source = device.server.source({ ...wanted, size: artifact.length }, "header");

      expect((await readArtifact(source, [])).ok).toBe(true);

      expect(server.requests.map(({ range }) => range)).toEqual([undefined, "bytes=0-262143"]);
    });

    test("may begin and end anywhere, in pieces of the size that is wanted", async () => {
      const { device } = await start();
      const sizes: number[] = [];
      const pieces: Uint8Array[] = [];
      for await (const piece of device.server.source(wanted, "all").read(1000, 100_000, 4096)) {
        sizes.push(piece.length);
        pieces.push(new Uint8Array(piece));
      }

      expect(Buffer.compare(Buffer.concat(pieces), bytes.subarray(1000, 101_000))).toBe(0);
      expect(Math.max(...sizes)).toBe(4096);
    });

    test("that breaks off every 64 KiB is taken up at the very byte, for as long as it gets on", async () => {
      const large = randomBytes(64 * 1024 * 20 + 17);
      const { device, server } = await start({
        server: { stored: [stored("a1", large)] },
        device: { retryCount: 1 },
      });
      server.onFile.push(...Array.from({ length: 20 }, () => cutAfter(64 * 1024, large)));

      const got = await all(device.server.source({ ...wanted, size: large.length }, "all"));

      expect(Buffer.compare(got, large)).toBe(0);
      expect(server.requests.filter(({ path }) => path === "/store/a1")).toHaveLength(21);
      expect(device.waits).toEqual(Array.from({ length: 20 }, () => 750));
      expect(server.links.size).toBe(1);
    });

    test("that breaks off and does not get on comes to an end", async () => {
      const { device, server } = await start({ device: { retryCount: 3 } });
      server.onFile.push(...Array.from({ length: 9 }, () => cutAfter(100, bytes)));

      expect(await problemOf(all(device.server.source(wanted, "all")))).toMatchObject({
        code: "server-unreachable",
        got: "the connection was broken off (UND_ERR_SOCKET), 4 times in a row",
      });
      expect(device.waits).toEqual([750, 1500, 3000]);
    });

    test("that stalls is taken up", async () => {
      const { device, server } = await start({ device: { pace: { idleMs: 300 } } });
      server.onFile.push((_, response) => {
        response.writeHead(206, rangeOf(0, bytes.length - 1, bytes.length));
        response.write(bytes.subarray(0, 70_000));
      });
      server.onFile.push(() => {});

      expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
      expect(device.retried.map(({ got }) => got)).toEqual([
        "nothing came for 0.3 s",
        "nothing came for 0.3 s",
      ]);
    });

    /** Byte after byte, and never the last one. */
    const dripping: Misdeed = (_, response) => {
      response.writeHead(206, rangeOf(0, bytes.length - 1, bytes.length));
      let at = 0;
      const timer = setInterval(() => response.write(bytes.subarray(at, (at += 1))), 20);
      response.on("close", () => clearInterval(timer));
    };

    test("that drips is taken up, and given up in the end", async () => {
      const { device, server } = await start({
        device: { pace: { leastBytes: 1000, slowMs: 300 }, retryCount: 1 },
      });
      server.onFile.push(dripping);
      expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
      expect(device.retried.map(({ code }) => code)).toEqual(["server-unreachable"]);
      expect(device.retried[0]?.got).toMatch(/^\d+ bytes came in 0\.3 s$/);
      const slow = { leastBytes: 1000, slowMs: 300 };
      const other = await start({ device: { pace: slow, retryCount: 0 } });
      other.server.onFile.push(dripping);
      const problem = await problemOf(all(other.device.server.source(wanted, "all")));
      expect(problem).toMatchObject({ code: "server-unreachable" });
    });

    test("that gets on, however slowly, is given as long as it takes; but not where there is a bound", async () => {
      const paced = { leastBytes: 1, slowMs: 300 };
      const { device, server } = await start({ device: { pace: paced, retryCount: 0 } });
      server.onFile.push((_, response) => {
        response.writeHead(206, rangeOf(0, bytes.length - 1, bytes.length));
        let at = 0;
        const timer = setInterval(() => {
          response.write(bytes.subarray(at, (at += 20_000)));
          if (at >= bytes.length) response.end();
        }, 100);
        response.on("close", () => clearInterval(timer));
      });
      expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
      const bound = { ...paced, totalMs: 500 };
      const hasty = await start({ device: { pace: bound, retryCount: 0 } });
      hasty.server.onFile.push(dripping);
      const problem = await problemOf(all(hasty.device.server.source(wanted, "header")));
      expect(problem).toMatchObject({ got: "it took more than 0.5 s" });
    });

    test("whose reader is slow does not stall, and is not read ahead", async () => {
      const large = randomBytes(32 * 1024 * 1024);
      const { device, server } = await start({
        server: { stored: [stored("a1", large)] },
        device: { pace: { idleMs: 1000 }, retryCount: 0 },
      });
      const pieces = device.server
        .source({ ...wanted, size: large.length }, "all")
        .read(0, large.length)
        [Symbol.asyncIterator]();
      await pieces.next();
      // Longer than a server may be silent.
      await sleep(1300);

      expect(server.sent()).toBeLessThan(16 * 1024 * 1024);
      let got = 0;
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        got += next.value.length;
      }
      expect(got).toBeGreaterThan(large.length - 1024 * 1024);
    });

    test("whose link has expired goes on with another one, at once", async () => {
      const { device, server } = await start();
      server.onFile.push(cutAfter(70_000, bytes));
      const source = device.server.source(wanted, "all");
      const pieces = source.read(0, bytes.length)[Symbol.asyncIterator]();
      const got = [(await pieces.next()).value ?? Buffer.alloc(0)];
      server.links.clear();
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        got.push(next.value);
      }

      expect(Buffer.compare(Buffer.concat(got), bytes)).toBe(0);
      expect(device.waits).toEqual([750]);
      expect(server.requests.map(({ path }) => path)).toEqual([
        "/api/devices/v1/deployments/artifacts/a1/download",
        "/store/a1",
        "/store/a1",
        "/api/devices/v1/deployments/artifacts/a1/download",
        "/store/a1",
      ]);
    });

    test.each([400, 401, 403, 410])(
      "whose link the store refuses with %i goes on with another one, at once",
      async (code) => {
        const { device, server } = await start();
        server.onFile.push(status(code));
        expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
        expect(device.waits).toEqual([]);
        expect(server.requests.filter(({ path }) => path.endsWith("/download"))).toHaveLength(2);
      },
    );

    test("whose links are all refused comes to an end", async () => {
      const { device, server } = await start({ device: { retryCount: 2 } });
      server.onFile.push(status(403), status(403), status(403));

      expect(await problemOf(all(device.server.source(wanted, "all")))).toMatchObject({
        code: "server-refused",
        got: "status 403, 3 times in a row",
      });
    });

    test("waits as long as a busy store asks for, but not for ever", async () => {
      const { device, server } = await start();
      server.onFile.push(
        status(429, { "retry-after": "7" }),
        status(503, { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }),
        status(429, { "retry-after": "99999" }),
        status(500),
        status(503, { "retry-after": "soon" }),
      );

      expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
      expect(device.waits).toEqual([7000, 30_000, 600_000, 6000, 12_000]);
    });

    test.each([
      ["gone from the store", status(404), "source-gone"],
      ["shorter in the store", status(416), "source-changed"],
      ["refused for a reason of its own", status(418), "server-refused"],
      ["of another size", answerWith(206, rangeOf(0, 199_999, 200_001)), "source-changed"],
      ["of another size, sent whole", answerWith(200, { "content-length": "7" }), "source-changed"],
      ["another range", answerWith(206, rangeOf(1, 199_999, 200_000)), "server-answer-invalid"],
      ["a shorter range", answerWith(206, rangeOf(0, 9, 200_000)), "server-answer-invalid"],
      [
        "a range of unknown size",
        answerWith(206, { "content-range": "bytes 0-199999/*" }),
        "server-answer-invalid",
      ],
      ["a range that is not told", answerWith(206, {}), "server-answer-invalid"],
      [
        "another length than its range",
        answerWith(206, { ...rangeOf(0, 199_999, 200_000), "content-length": "3" }),
        "server-answer-invalid",
      ],
      ["compressed", answerWith(200, { "content-encoding": "gzip" }), "server-answer-invalid"],
      [
        "longer than its range",
        answerWith(206, rangeOf(0, 199_999, 200_000), 200_001),
        "server-answer-invalid",
      ],
    ])("that is %s is refused", async (_, misdeed, code) => {
      const { device, server } = await start();
      server.onFile.push(misdeed);

      expect((await problemOf(all(device.server.source(wanted, "all")))).code).toBe(code);
      expect(device.waits).toEqual([]);
    });

    test("that a store gives whole will do, but not in the middle", async () => {
      const whole = answerWith(200, { "content-length": "200000" }, 200_000);
      const { device, server } = await start();
      server.onFile.push(whole);
      const got = await all(device.server.source(wanted, "all"));
      expect(Buffer.compare(got, Buffer.alloc(200_000))).toBe(0);

      server.onFile.push(whole);
      const rest = device.server.source(wanted, "all").read(1, 199_999);
      expect((await problemOf(collect(rest))).code).toBe("server-answer-invalid");
    });

    test("of an Artifact that the Server does not have any more", async () => {
      const { device } = await start();

      expect(
        await problemOf(all(device.server.source({ ...wanted, id: "gone" }, "all"))),
      ).toMatchObject({
        code: "source-gone",
        got: "status 404",
      });
    });

    test("ends with its reader", async () => {
      const { device, server } = await start({
        server: { stored: [stored("a1", randomBytes(8e6))] },
      });
      const closed = new Promise<void>((settle) => {
        server.onFile.push((_, response, honest) => {
          response.once("close", settle);
          honest();
        });
      });

      for await (const _ of device.server.source({ ...wanted, size: 8e6 }, "all").read(0, 8e6))
        break;

      await closed;
      expect(server.sent()).toBeLessThan(8e6);
    });

    test("ends at once when this process is told to end", async () => {
      const controller = new AbortController();
      const { device, server } = await start({ device: { signal: controller.signal } });
      server.onFile.push(() => controller.abort(new Error("told to end")));

      await expect(all(device.server.source(wanted, "all"))).rejects.toThrow("told to end");
    });
  });

  describe("a redirect", () => {
    test("of the API and of the store is followed to safe places, without the token", async () => {
      const { device, server } = await start();
      const other = await startUpdateServer({ stored: [stored("a1")], certificate });
      onTestFinished(() => other.close());
      other.links.add("elsewhere");
      server.onFile.push(redirect(`${other.address}/store/a1?signature=elsewhere`));

      expect(Buffer.compare(await all(device.server.source(wanted, "all")), bytes)).toBe(0);
      server.onList.push(redirect(`${other.address}/list`));
      await device.server.candidates(release, gateway);

      expect(other.requests.map(({ hasToken }) => hasToken)).toEqual([false, false]);
    });

    test.each(["http://store.example.com/a1", "ftp://store.example.com/a1", "file:///etc/passwd"])(
      "to %s is not followed",
      async (location) => {
        const { device, server } = await start();
        server.onFile.push(redirect(location));

        expect(await problemOf(all(device.server.source(wanted, "all")))).toMatchObject({
          code: "server-insecure",
          message: `The place to which the store of the Mender Server redirects is no "https" URL.`,
        });
      },
    );

    test("in a circle comes to an end", async () => {
      const { device, server } = await start();
      server.onFile.push(
        ...Array.from({ length: 9 }, () => redirect("/store/a1?signature=secret-signature-1")),
      );

      expect(await problemOf(all(device.server.source(wanted, "all")))).toMatchObject({
        code: "server-answer-invalid",
        got: "6 in a row",
      });
    });

    test("nor is a link to a place that is not safe", async () => {
      const { device, server } = await start();
      server.onLink.push(
        (_, response) =>
          void response.end('{"uri":"http://store.example.com/?s=secret-signature"}'),
      );

      const problem = await problemOf(all(device.server.source(wanted, "all")));

      expect(problem.code).toBe("server-insecure");
      expect(JSON.stringify(problem)).not.toContain("secret");
    });
  });

  test("no failure tells a token or a link", async () => {
    const misdeeds: readonly Misdeed[] = [
      status(400),
      status(401),
      status(403),
      status(404),
      status(416),
      status(418),
      status(429),
      status(500),
      redirect("http://store.example.com/?signature=secret-signature-0"),
      (request, response) => void response.writeHead(302, { location: request.url }).end(),
      (request) => void request.socket.destroy(),
      (request) => void request.socket.end("HTTP/1.1 secret-signature-0\r\n\r\n"),
      (request, response) =>
        void response.writeHead(206, { "content-range": "x" }).end(request.url),
      (request, response) => void response.end(request.headers.authorization ?? request.url),
    ];
    const told: string[] = [];
    for (const kind of ["onList", "onLink", "onFile"] as const) {
      const { device, server } = await start({ device: { retryCount: 0 } });
      for (const misdeed of misdeeds) {
        server[kind].splice(0, 9, misdeed, misdeed, misdeed, misdeed, misdeed, misdeed);
        const act =
          kind === "onList"
            ? device.server.candidates(release, gateway)
            : all(device.server.source(wanted, "all"));
        const problem = await problemOf(act).catch((error: unknown) => error);
        told.push(JSON.stringify([problem, device.retried, String(problem)]));
      }
    }

    expect(told.filter((text) => !text.includes('"code"'))).toEqual([]);
    expect(told.filter((text) => /token-1|secret-signature|signature=|Bearer/.test(text))).toEqual(
      [],
    );
  });
});

function all(source: ByteSource): Promise<Uint8Array> {
  return collect(source.read(0, source.size));
}

/** The one problem that it ends with. */
async function problemOf(act: Promise<Result<unknown> | Uint8Array>): Promise<Problem> {
  try {
    const result = await act;
    if ("problems" in result && result.problems[0] !== undefined) return result.problems[0];
  } catch (error) {
    if (error instanceof ArtifactError) return error.problem;
    throw error;
  }
  throw new Error("it did not fail");
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Misdeed =>
  (_, response) =>
    void response.writeHead(code, headers).end("secret-signature-0");

/** Part of an answer, and then nobody is there any more. */
function breakOff(response: ServerResponse): void {
  response.write('[{"id":"a1",', () => response.destroy());
}

const redirect = (location: string): Misdeed => status(302, { location });

function answerWith(code: number, headers: Readonly<Record<string, string>>, length = 3): Misdeed {
  return (_, response) => {
    response.writeHead(code, headers).end(Buffer.alloc(length));
  };
}

function rangeOf(first: number, last: number, total: number) {
  return { "content-range": `bytes ${first}-${last}/${total}` };
}

/** Promises the range that was asked for, sends so much of it and breaks off. */
function cutAfter(length: number, content: Uint8Array): Misdeed {
  return (request, response) => {
    const [, first = 0, last = 0] = (/(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []).map(
      Number,
    );
    response.writeHead(206, {
      ...rangeOf(first, last, content.length),
      "content-length": last + 1 - first,
    });
    response.write(content.subarray(first, first + length), () => response.destroy());
  };
}
