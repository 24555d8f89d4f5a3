import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { outletOf } from '../../src/http/stream-route.ts';

test('a client that takes nothing is cut, with no more than a few writes in memory', async () => {
  const chunk = 'x'.repeat(64 * 1024);
  const ended = Promise.withResolvers<{ writes: number; most: number }>();
  const app = express();
  app.get('/', async (_request, response) => {
    const outlet = outletOf(response, 'text/plain', 200);
    let [writes, most] = [0, 0];
    while (outlet.open && writes < 100_000) {
      await outlet.write(chunk);
      writes += 1;
      most = Math.max(most, response.writableLength);
    }
    ended.resolve({ writes, most });
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const { writes, most } = await ended.promise;
  expect(writes).toBeLessThan(10_000);
  expect(most).toBeLessThan(2 * chunk.length);
  socket.destroy();
  server.closeAllConnections();
  server.close();
});
