import { createServer, type IncomingMessage } from "node:http";
import * as z from "zod";

/** As much of a Mender Server as a client's daemon needs to send its inventory. */
export interface InventoryServer {
  /** What the client's `mender.conf` says to reach it. */
  readonly configuration: string;
  /** The attributes of the first inventory that comes; one with several values is a list. */
  readonly inventory: Promise<Readonly<Record<string, unknown>>>;
  readonly close: () => void;
}

const Attributes = z.array(z.object({ name: z.string(), value: z.unknown() }));

export async function startInventoryServer(): Promise<InventoryServer> {
  let take: (attributes: Readonly<Record<string, unknown>>) => void = () => {};
  const inventory = new Promise<Readonly<Record<string, unknown>>>((settle) => {
    take = settle;
  });
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? "";
      if (path.endsWith("/authentication/auth_requests")) {
        response.end("a.token.of-nobody");
        return;
      }
      if (path.includes("/inventory/")) {
        const attributes = Attributes.parse(JSON.parse(body));
        take(Object.fromEntries(attributes.map(({ name, value }) => [name, value])));
        response.end();
        return;
      }
      // No deployment waits.
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    configuration: JSON.stringify({
      ServerURL: `http://127.0.0.1:${String(address.port)}`,
      DBus: { Enabled: false },
      InventoryPollIntervalSeconds: 5,
      UpdatePollIntervalSeconds: 5,
      RetryPollIntervalSeconds: 1,
    }),
    inventory,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += String(piece);
  return body;
}
