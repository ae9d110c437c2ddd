import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { nodeNetwork } from "../../../src/platform/network/network.ts";
import { type Authentication, AuthenticationError } from "../../../src/platform/network-types.ts";
import { needs } from "../../support/needs.ts";
import { type PrivateBus, startPrivateBus, startStandIn } from "../../support/private-bus.ts";

const never = new AbortController().signal;

function authentication(
  address: string,
  limits: { readonly answerMs?: number; readonly renewMs?: number } = {},
): Authentication {
  return nodeNetwork({ address, ...limits }).authentication;
}

describe.skipIf(!needs("dbus-daemon"))("the authentication service on a real bus", () => {
  let bus: PrivateBus;

  beforeEach(async () => {
    bus = await startPrivateBus();
    return () => bus.stop();
  });

  async function standIn() {
    const service = await startStandIn(bus);
    onTestFinished(() => service.stop());
    return service;
  }

  test("gives the token and the address that it has", async () => {
    await standIn();

    expect(await authentication(bus.address).current(never)).toEqual({
      token: "token-1",
      address: "http://127.0.0.1:1",
    });
  });

  test("has none where the device is not authorised", async () => {
    const service = await standIn();
    service.answerToken("ss", ["", ""]);

    expect(await authentication(bus.address).current(never)).toBeNull();
    expect(service.calls).toEqual(["GetJwtToken"]);
  });

  test("is asked for a new one once it has tried, and it may try before it answers", async () => {
    const service = await standIn();
    service.fetch = () => {
      service.answerToken("ss", ["token-2", "http://127.0.0.1:2"]);
      service.tellTried();
      return true;
    };

    expect(await authentication(bus.address).renew(never)).toEqual({
      token: "token-2",
      address: "http://127.0.0.1:2",
    });
    expect(service.calls).toEqual(["FetchJwtToken", "GetJwtToken"]);
  });

  test("that tries in vain has none", async () => {
    const service = await standIn();
    service.answerToken("ss", ["", ""]);
    service.fetch = () => {
      service.tellTried();
      return true;
    };

    expect(await authentication(bus.address).renew(never)).toBeNull();
  });

  test("that never tells that it has tried is given up", async () => {
    await standIn();

    expect(await errorOf(authentication(bus.address, { renewMs: 50 }).renew(never))).toEqual([
      "no-answer",
      "it had no answer of the Server within 0.05 s",
    ]);
  });

  test("that does not try, or refuses, is told", async () => {
    const service = await standIn();
    service.fetch = () => false;
    expect(await errorOf(authentication(bus.address).renew(never))).toEqual([
      "refused",
      "it does not ask the Server for a token",
    ]);

    service.fetch = () =>
      Object.assign(new Error("secret"), { dbusName: "org.freedesktop.DBus.Error.AccessDenied" });
    expect(await errorOf(authentication(bus.address).renew(never))).toEqual([
      "refused",
      `it answers "org.freedesktop.DBus.Error.AccessDenied"`,
    ]);
  });

  test.each([
    ["numbers", "uu", [1, 2]],
    ["one text", "s", "token-1"],
    ["a token with a line end", "ss", ["token\r\nx: y", "http://127.0.0.1:1"]],
    ["a huge token", "ss", ["t".repeat(70_000), "http://127.0.0.1:1"]],
  ])("that answers with %s is refused", async (_, signature, values) => {
    const service = await standIn();
    service.answerToken(signature, values);

    expect(await errorOf(authentication(bus.address).current(never))).toEqual([
      "refused",
      "it answers with something that is no token",
    ]);
  });

  test("that is silent is given up", async () => {
    const service = await standIn();
    service.answerToken("ss", new Promise(() => {}));

    expect(await errorOf(authentication(bus.address, { answerMs: 50 }).current(never))).toEqual([
      "no-answer",
      `it does not answer "GetJwtToken" within 0.05 s`,
    ]);
  });

  test("that nobody offers is missing", async () => {
    expect(await errorOf(authentication(bus.address).current(never))).toEqual([
      "no-service",
      "nobody has its name",
    ]);
  });

  test("that ends while it is asked gave no answer", async () => {
    const service = await standIn();
    service.answerToken("ss", new Promise(() => {}));
    const asked = errorOf(authentication(bus.address).current(never));
    await until(() => service.calls.length > 0);
    service.stop();

    expect(await asked).toEqual(["no-answer", "it ended without an answer"]);
  });

  test("is out of reach once the bus ends", async () => {
    const service = await standIn();
    service.answerToken("ss", new Promise(() => {}));
    const asked = errorOf(authentication(bus.address).current(never));
    await until(() => service.calls.length > 0);
    await bus.stop();

    expect((await asked)?.[0]).toBe("no-bus");
  });

  test("is not waited for when this process is told to end", async () => {
    const controller = new AbortController();
    const service = await standIn();
    service.fetch = () => {
      controller.abort(new Error("told to end"));
      return true;
    };

    await expect(authentication(bus.address).renew(controller.signal)).rejects.toThrow(
      "told to end",
    );
  });

  test("is found at the first address of several that is a socket, however it is escaped", async () => {
    await standIn();
    const escaped = bus.address.replaceAll("-", "%2d");

    expect(
      await authentication(`tcp:host=localhost,port=1;${escaped},guid=0`).current(never),
    ).toMatchObject({
      token: "token-1",
    });
  });
});

describe("a bus that is not there", () => {
  test.each([
    ["unix:path=/nowhere/bus", "there is no such socket"],
    ["tcp:host=localhost,port=1", `"tcp:host=localhost,port=1" names no socket of this machine`],
    ["", `"" names no socket of this machine`],
    ["unix:abstract=orchestrator-nobody", "nobody listens at its socket"],
  ])("at %o is told", async (address, message) => {
    expect(await errorOf(authentication(address).current(never))).toEqual(["no-bus", message]);
  });

  test.each([
    ["says nothing", "", "it does not answer within 0.05 s"],
    ["refuses us", "REJECTED EXTERNAL\r\n", "it refuses the connection"],
    ["speaks of something else", "220 mail.example.com\r\n", "it refuses the connection"],
  ])("or %s is told", async (_, greeting, message) => {
    const directory = mkdtempSync(join(tmpdir(), "orchestrator-bus-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "socket");
    const server = createServer((socket) => {
      socket.on("error", () => {});
      if (greeting !== "") socket.write(greeting);
    }).listen(path);
    onTestFinished(() => void server.close());
    await once(server, "listening");

    const asked = authentication(`unix:path=${path}`, { answerMs: 50 }).current(never);

    expect(await errorOf(asked)).toEqual(["no-bus", message]);
  });
});

async function errorOf(asked: Promise<unknown>) {
  const error: unknown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof AuthenticationError ? [error.reason, error.message] : null;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((settle) => setTimeout(settle, 5));
}
