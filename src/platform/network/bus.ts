import { createClient } from "@homebridge/dbus-native";
import { AuthenticationError } from "../network-types.ts";
import { busSocket } from "./bus-socket.ts";

/** A method or signal of a service. */
export interface Member {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
}

/** A connection to a bus. Everything throws AuthenticationError, or the reason of the signal that was aborted. */
export interface Bus {
  /** Calls a method without arguments; what it returns. */
  call(method: Member): Promise<readonly unknown[]>;
  /** Once this resolves we listen; `promise` settles with the first signal that comes, or when the time is up. */
  nextSignal(member: Member, withinMs: number): Promise<{ readonly promise: Promise<void> }>;
  close(): void;
}

interface Limits {
  readonly address: string;
  readonly answerMs: number;
}

/** The package has no time limits, and forgets who waits when the connection breaks: both are seen to here. */
export async function connectBus({ address, answerMs }: Limits, signal: AbortSignal): Promise<Bus> {
  const socket = busSocket(address);
  const client = createClient({ stream: socket, authMethods: ["EXTERNAL"] });
  const broken = new Promise<never>((_, refuse) => {
    const noBus = (what: string) => refuse(new AuthenticationError("no-bus", what));
    client.connection.on("error", (error: unknown) => noBus(wordsOf(error)));
    client.connection.on("end", () => noBus("it closed the connection"));
    socket.on("close", () => noBus("it closed the connection"));
  });
  // Whoever waits is told; where nobody does, it is no news.
  broken.catch(() => {});
  const close = (): void => void socket.destroy();

  async function within<T>(ms: number, late: AuthenticationError, wait: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let forget: () => void = () => {};
    const over = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => refuse(late), ms);
      const aborted = () => refuse(signal.reason);
      signal.addEventListener("abort", aborted);
      forget = () => signal.removeEventListener("abort", aborted);
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([wait, broken, over]);
    } finally {
      clearTimeout(timer);
      forget();
    }
  }

  const silent = (what: string, ms: number) =>
    new AuthenticationError("no-answer", `${what} within ${ms / 1000} s`);

  const answer = (method: Member): Promise<readonly unknown[]> =>
    new Promise((settle, refuse) => {
      client.invoke(method, (error: unknown, ...values: readonly unknown[]) => {
        if (error === null || error === undefined) settle(values);
        else refuse(refusal(error));
      });
    });

  try {
    const noBus = new AuthenticationError(
      "no-bus",
      `it does not answer within ${answerMs / 1000} s`,
    );
    // The first thing that the bus answers to a connection that it has taken.
    await within(answerMs, noBus, answer(busId));
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    call: (method) =>
      within(answerMs, silent(`it does not answer "${method.member}"`, answerMs), answer(method)),
    async nextSignal({ destination, path, interface: interfaceName, member }, withinMs) {
      const came = new Promise<void>((settle) => {
        client.signals.once(client.mangle(path, interfaceName, member), () => settle());
      });
      const rule = `type='signal',sender='${destination}',path='${path}',interface='${interfaceName}',member='${member}'`;
      const added = new Promise<void>((settle, refuse) => {
        client.addMatch(rule, (error) => (error ? refuse(refusal(error)) : settle()));
      });
      await within(answerMs, silent("the bus does not let listen", answerMs), added);
      const promise = within(withinMs, silent("it had no answer of the Server", withinMs), came);
      // Where the call before it fails nobody comes for it.
      promise.catch(() => {});
      return { promise };
    },
  };
}

const busId: Member = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
  member: "GetId",
};

const noService = /\.(?:ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/;
const noAnswer = /\.(?:NoReply|Timeout|TimedOut|Disconnected)$/;

/** Messages of services may hold anything, so the name alone is told. */
function refusal(error: unknown): AuthenticationError {
  const name = nameOf(error);
  if (noService.test(name)) return new AuthenticationError("no-service", "nobody has its name");
  if (noAnswer.test(name))
    return new AuthenticationError("no-answer", "it ended without an answer");
  return new AuthenticationError("refused", `it answers "${name}"`);
}

function nameOf(error: unknown): string {
  const has = typeof error === "object" && error !== null && "name" in error;
  const name = has && typeof error.name === "string" ? error.name : "";
  return /^[\w.]{1,255}$/.test(name) ? name : "an error without a name";
}

function wordsOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "ENOENT":
      return "there is no such socket";
    case "ECONNREFUSED":
      return "nobody listens at its socket";
    case "EACCES":
      return "its socket may not be opened";
    default:
      return typeof code === "string"
        ? `the connection broke (${code})`
        : "it refuses the connection";
  }
}
