import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@homebridge/dbus-native";

/** A message bus of the test's own, on which everybody may do anything. */
export interface PrivateBus {
  /** As DBUS_SYSTEM_BUS_ADDRESS has it. */
  readonly address: string;
  /** Ends the daemon, and every connection with it. */
  readonly stop: () => Promise<void>;
}

export async function startPrivateBus(): Promise<PrivateBus> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-bus-"));
  const address = `unix:path=${join(directory, "socket")}`;
  const configuration = join(directory, "bus.conf");
  writeFileSync(
    configuration,
    `<busconfig>
      <listen>${address}</listen>
      <auth>EXTERNAL</auth>
      <policy context="default">
        <allow send_destination="*" eavesdrop="true"/>
        <allow eavesdrop="true"/>
        <allow own="*"/>
      </policy>
    </busconfig>`,
  );
  const args = [`--config-file=${configuration}`, "--nofork", "--nopidfile", "--print-address"];
  const daemon = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(daemon, "exit");
  const isUp = await Promise.race([
    once(daemon.stdout, "data").then(() => true),
    ended.then(() => false),
  ]);
  if (!isUp) throw new Error("dbus-daemon did not start");
  return {
    address,
    stop: async () => {
      daemon.kill("SIGKILL");
      if (daemon.exitCode === null && daemon.signalCode === null) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Stands in for the Mender Client's authentication service, for what the real one does not do. */
export interface StandInService {
  /** What GetJwtToken answers from now on: a promise that never settles is silence. */
  readonly answerToken: (signature: string, values: unknown) => void;
  /** What FetchJwtToken does; its answer is whether it tries. */
  fetch: () => boolean | Error;
  /** Tells everybody that it has tried. */
  readonly tellTried: () => void;
  /** Every call so far. */
  readonly calls: readonly string[];
  readonly stop: () => void;
}

const path = "/io/mender/AuthenticationManager";
const name = "io.mender.Authentication1";

export async function startStandIn(bus: PrivateBus): Promise<StandInService> {
  const socket = connect(bus.address.replace("unix:path=", ""));
  const client = createClient({ stream: socket, authMethods: ["EXTERNAL"] });
  client.connection.on("error", () => {});
  const calls: string[] = [];
  const handle = (member: string, signature: string, answer: () => unknown) => {
    const counted = () => {
      calls.push(member);
      return answer();
    };
    client.setMethodCallHandler(path, name, member, [counted, signature]);
  };
  const service: StandInService = {
    answerToken: (signature, values) => handle("GetJwtToken", signature, () => values),
    fetch: () => true,
    tellTried: () => client.sendSignal(path, name, "JwtTokenStateChange", "ss", ["", ""]),
    calls,
    stop: () => void socket.destroy(),
  };
  service.answerToken("ss", ["token-1", "http://127.0.0.1:1"]);
  handle("FetchJwtToken", "b", () => service.fetch());
  await new Promise<void>((settle, refuse) => {
    client.requestName("io.mender.AuthenticationManager", 0, (error) =>
      error === null || error === undefined ? settle() : refuse(new Error("the name is taken")),
    );
  });
  return service;
}
