import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { getJson, postJson } from './json-client.ts';
import { listenLocally } from './local-server.ts';

const deployment = z.object({ version: z.string() });
const FIRST_VERSION = '4.1.0';

export interface Production {
  /** One real HTTP health check. @throws where the service does not answer. */
  check(service: string): Promise<unknown>;
  version(): Promise<string>;
  deploy(version: string): Promise<{ previous: string; current: string }>;
  /** No workflow lists the tool around it. */
  restart(service: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Production in small: `shop` and `billing` answer on one HTTP server, `reports` is a server that went down. The version
 * of `shop` is a file that only POST /shop/deploy changes.
 */
export async function createProduction(directory: string): Promise<Production> {
  const file = join(directory, 'shop-version');
  await writeFile(file, FIRST_VERSION);
  const restarts = join(directory, 'shop-restarts');
  await writeFile(restarts, '');
  const server = await listenLocally(async (method, path, body) => {
    const current = await readFile(file, 'utf8');
    if (path === '/shop/healthz' || path === '/billing/healthz')
      return { status: 200, body: { healthy: true } };
    if (method === 'GET' && path === '/shop/version') return { status: 200, body: { version: current } };
    if (method === 'POST' && path === '/shop/restart') {
      await appendFile(restarts, 'restarted\n');
      return { status: 200, body: {} };
    }
    if (method !== 'POST' || path !== '/shop/deploy') return { status: 404, body: {} };
    const { version } = deployment.parse(JSON.parse(body));
    await writeFile(file, version);
    return { status: 200, body: { previous: current, current: version } };
  });
  const down = await listenLocally(() => ({ status: 500, body: {} }));
  await down.close();
  const hosts = new Map([
    ['shop', `${server.url}/shop`],
    ['billing', `${server.url}/billing`],
    ['reports', down.url],
  ]);
  return {
    check: (service) => getJson(`${hosts.get(service) ?? `${server.url}/${service}`}/healthz`),
    version: async () => deployment.parse(await getJson(`${server.url}/shop/version`)).version,
    deploy: async (version) =>
      z
        .object({ previous: z.string(), current: z.string() })
        .parse(await postJson(`${server.url}/shop/deploy`, { version })),
    restart: (service) => postJson(`${server.url}/${service}/restart`, {}),
    close: server.close,
  };
}
