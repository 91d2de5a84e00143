import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Server, startServer } from '../../lambda/adapters/node/http-server.ts';
import type { Exchange } from '../../lambda/ports/exchange.ts';
import type { TelemetryEvent } from '../../lambda/ports/telemetry.ts';

const open: Server[] = [];
/** Cuts every server of this process; for `after`. */
export function closeServers(): void {
  for (const server of open) server.closeNow();
}

export async function serve(
  handle: (exchange: Exchange) => Promise<void>,
  events?: TelemetryEvent[],
): Promise<Server> {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle,
    ...(events === undefined ? {} : { telemetry: { emit: (event) => events.push(event) } }),
  });
  open.push(server);
  return server;
}

export async function answer(exchange: Exchange, status: number, text: string): Promise<void> {
  exchange.head(status, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
  await exchange.write(Buffer.from(text));
  await exchange.end();
}

/** Sends raw bytes and resolves with everything that came back until the server closes. */
export async function raw(server: Server, text: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(text);
  return await rest(socket);
}

export async function rest(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => pieces.push(bytes));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}

export const CLOSE = 'host: x\r\nconnection: close\r\n';

/** So many turns of the event loop. */
export async function later(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
