import { once } from 'node:events';
import { createServer, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HoldingProxy {
  readonly endpoint: string;
  /** Holds the next request that `matches` back; resolves when it has arrived, to the call that lets it go on. */
  hold(matches: (body: string) => boolean): Promise<() => void>;
  close(): Promise<void>;
}

/** Stands between the gateway and the ledger's store, so that a test can stop one write and look at the world. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  let held: { matches: (body: string) => boolean; arrived: (release: () => void) => void } | undefined;
  const { hostname, port: targetPort } = new URL(target);
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const trap = held;
    if (trap?.matches(body.toString()) === true) {
      held = undefined;
      await new Promise<void>((resolve) => trap.arrived(resolve));
    }
    const { method, url: path, headers } = request;
    const upstream = open({ hostname, port: targetPort, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    upstream.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // TCP servers always have an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    hold: (matches) =>
      new Promise((arrived) => {
        held = { matches, arrived };
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
