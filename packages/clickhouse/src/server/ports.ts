import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

/** The loopback ports that the engine listens on. */
export type Ports = { readonly http: number; readonly tcp: number };

const port = z.int().min(1).max(65_535);
const schema = z.object({ http: port, tcp: port });

/**
 * Ports for the next start: the wanted ones, else those of the last start (so that a dashboard's configuration stays
 * valid), else free ones that the system chooses.
 */
export async function choosePorts(directory: string, wanted: Partial<Ports>): Promise<Ports> {
  const path = join(directory, 'ports.json');
  const last = lastPorts(directory);
  const http = wanted.http ?? (await reusable(last?.http));
  const tcp = wanted.tcp ?? (await reusable(last?.tcp));
  const ports = { http, tcp };
  writeFileSync(path, JSON.stringify(ports), { mode: 0o600 });
  return ports;
}

/** Those of the last start, which may go on; undefined where there was none. */
export function lastPorts(directory: string): Ports | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(join(directory, 'ports.json'), 'utf8'))).data;
  } catch {
    return undefined; // First start, or a file that no longer says anything: new ports do as well.
  }
}

async function reusable(last: number | undefined): Promise<number> {
  if (last !== undefined) {
    const free = await listenOnce(last);
    if (free !== undefined) return free;
  }
  return (await listenOnce(0)) ?? reusable(undefined);
}

function listenOnce(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

/** Whether something accepts connections on a loopback port within a time in milliseconds. */
export function accepts(portNumber: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: '127.0.0.1', port: portNumber });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeout, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
