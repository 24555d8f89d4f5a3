import { get } from 'node:http';
import { accepts, type Ports } from './ports.ts';

/** `refused` is certain (nobody listens); `silent` may be a busy machine and is only believed when it lasts. */
export type Health = 'answering' | 'refused' | 'silent';

/** Asks both listeners of the engine, each over a new connection, within a time in milliseconds. */
export async function probe(ports: Ports, timeout: number): Promise<Health> {
  const [http, tcp] = await Promise.all([ping(ports.http, timeout), accepts(ports.tcp, timeout)]);
  if (http !== 'answering') return http;
  return tcp ? 'answering' : 'refused';
}

function ping(port: number, timeout: number): Promise<Health> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/ping', agent: false, timeout }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'answering' : 'silent');
    });
    request.once('timeout', () => {
      resolve('silent');
      request.destroy();
    });
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'),
    );
  });
}
