import {
  type Collector,
  type CollectorLimits,
  createCollector,
  type Listening,
  staticKeyVerifier,
} from '../../src/index.ts';
import { MemoryStore } from './memory-store.ts';

export const KEYS = {
  any: 'tgk_any_0123456789abcdef',
  triage: 'tgk_triage_0123456789abcdef',
};

export const verifyKey = staticKeyVerifier([
  { key: KEYS.any, principal: 'platform', team: 'platform', workflows: ['*'] },
  { key: KEYS.triage, principal: 'support-bot', team: 'support', workflows: ['triage'] },
]);

export interface Running {
  readonly store: MemoryStore;
  readonly collector: Collector;
  readonly listening: Listening;
}

export async function start(limits: CollectorLimits = {}): Promise<Running> {
  const store = new MemoryStore();
  const collector = createCollector({
    insert: store.insert,
    quarantine: store.quarantine,
    verifyKey,
    limits,
  });
  return { store, collector, listening: await collector.listen(0) };
}

/** Posts a body to /v1/traces with a key that may send anything; headers add to the usual ones, or replace them. */
export async function post(url: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEYS.any}`,
      'content-type': typeof body === 'string' ? 'application/json' : 'application/x-protobuf',
      ...headers,
    },
    body,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

/** Sum of a counter over all its labels, from Prometheus text. */
export async function metric(collector: Collector, name: string): Promise<number> {
  const lines = (await collector.metrics()).split('\n');
  return lines
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
