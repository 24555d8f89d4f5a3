import { once } from 'node:events';
import { createServer } from 'node:net';

/** For a program that cannot say which port the system chose for it, so that the choice is made before. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
