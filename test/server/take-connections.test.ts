import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { takeConnections } from '../../src/server/take-connections.ts';

const sockets: Socket[] = [];
const server = createServer((socket) => sockets.push(socket));
let taken = 0;
server.on('connection', () => taken++);

async function clients(count: number): Promise<void> {
  const { port } = server.address() as AddressInfo;
  for (let i = 0; i < count; i++) sockets.push(connect(port, '127.0.0.1').on('error', () => undefined));
  // They connect in the next tick, before the loop goes round.
  await new Promise<void>((resolve) => process.nextTick(resolve));
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

test('all connections that wait are taken, not one in each round; no longer than others may wait', async () => {
  const take = takeConnections(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await clients(60);
  const before = taken;
  await take(0);
  expect(taken - before).toBeLessThanOrEqual(1);
  await take(60_000);
  expect(taken).toBe(60);
});
