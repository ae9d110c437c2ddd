import { type Authentication, AuthenticationError, type ServerAccess } from "../network-types.ts";
import type { Bus } from "./bus.ts";

export interface DbusOptions {
  /** Of the system bus, as DBUS_SYSTEM_BUS_ADDRESS has it. */
  readonly address: string;
  /** How long the bus and the service may take for an answer, in milliseconds. */
  readonly answerMs: number;
  /** How long the service may take until it has asked the Server, in milliseconds. */
  readonly renewMs: number;
}

const service = {
  destination: "io.mender.AuthenticationManager",
  path: "/io/mender/AuthenticationManager",
  interface: "io.mender.Authentication1",
} as const;

/** Emitted after each try of the service to get a token, the failed ones as well. */
const tried = "JwtTokenStateChange";

/** The authentication service of the Mender Client on D-Bus, by a connection for each call. */
export function dbusAuthentication(options: DbusOptions): Authentication {
  return {
    current: (signal) => onBus(options, signal, token),
    renew: (signal) =>
      onBus(options, signal, async (bus) => {
        // Before it is asked: it may have tried sooner than we listen.
        const wasTried = await bus.nextSignal({ ...service, member: tried }, options.renewMs);
        const [isTrying] = await bus.call({ ...service, member: "FetchJwtToken" });
        if (isTrying !== true) {
          throw new AuthenticationError("refused", "it does not ask the Server for a token");
        }
        await wasTried.promise;
        // Everybody on the bus can send us such a signal, so what it says is asked for.
        return await token(bus);
      }),
  };
}

async function onBus<T>(
  options: DbusOptions,
  signal: AbortSignal,
  act: (bus: Bus) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { connectBus } = await import("./bus.ts");
  const bus = await connectBus(options, signal);
  try {
    return await act(bus);
  } finally {
    bus.close();
  }
}

async function token(bus: Bus): Promise<ServerAccess | null> {
  const [found, address] = await bus.call({ ...service, member: "GetJwtToken" });
  if (typeof found !== "string" || typeof address !== "string") {
    throw new AuthenticationError("refused", "it answers with something that is no token");
  }
  if (found === "" || address === "") return null;
  if (!tokenForm.test(found)) {
    throw new AuthenticationError("refused", "it answers with something that is no token");
  }
  return { token: found, address };
}

/** What may stand in a header. */
const tokenForm = /^[\x21-\x7e]{1,65536}$/;
