import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '@tollgate/collector';
import { OTHER_KEY, type Sabotage } from './setup.ts';

/** What goes wrong between the collector and ClickHouse. */
export function sabotaged(storage: Storage, sabotage: readonly Sabotage[]): Storage {
  return {
    ...storage,
    ...(sabotage.includes('no_tokens') ? { insert: withoutTokens(storage.insert) } : {}),
    ...(sabotage.includes('loses_quarantine')
      ? { quarantine: async () => ({ kind: 'stored' }) as const }
      : {}),
  };
}

function withoutTokens(insert: Storage['insert']): Storage['insert'] {
  return async (rows) => {
    const unheard = await insert(rows, randomUUID());
    return unheard.kind === 'stored' ? insert(rows, randomUUID()) : unheard;
  };
}

/** What goes wrong between the clients and the collector: a server in front of it. */
export async function startFront(url: string, port: number, sabotage: readonly Sabotage[]): Promise<string> {
  let bodies = 0;
  const server = createServer(async (request, response) => {
    try {
      if (request.method === 'GET') return await metrics(url, request, response, sabotage);
      const body = await buffer(request);
      bodies += 1;
      if (sabotage.includes('forgets_bodies') && bodies % 3 === 0) return void response.end();
      if (sabotage.includes('acknowledges_early')) {
        response.end();
        await sleep(EARLY_MS);
        await forward(url, request, body, {});
        return;
      }
      const answer = await forward(url, request, body, {});
      if (sabotage.includes('counts_again') && answer.status === 200)
        await forward(url, request, body, { authorization: `Bearer ${OTHER_KEY}` });
      response.writeHead(answer.status, { 'retry-after': '1' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.destroy();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How long `acknowledges_early` keeps in memory what it acknowledged. */
const EARLY_MS = 2_000;
const FORWARDED = ['authorization', 'content-type', 'content-encoding'] as const;

function forward(
  url: string,
  request: IncomingMessage,
  body: Buffer,
  other: Record<string, string>,
): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const name of FORWARDED)
    if (request.headers[name] !== undefined) headers[name] = request.headers[name];
  return fetch(`${url}${request.url}`, {
    method: 'POST',
    headers: { ...headers, ...other },
    body: new Uint8Array(body),
  });
}

async function metrics(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  sabotage: readonly Sabotage[],
): Promise<void> {
  const text = await (await fetch(`${url}${request.url}`)).text();
  const cooked = text.replace(/^(tollgate_collector_spans_accepted_total) (\d+)$/m, (_, name, count) =>
    sabotage.includes('cooks_metrics') ? `${name} ${Number(count) + 1}` : `${name} ${count}`,
  );
  response.end(cooked);
}
