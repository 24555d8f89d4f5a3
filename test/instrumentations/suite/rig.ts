import { randomBytes, randomUUID } from 'node:crypto';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { clickhouseStorage, createCollector, staticKeyVerifier } from '@tollgate/collector';
import { type FakeProvider, startFakeProvider } from '../fake-provider/server.ts';

/** What all set-ups of a run share: a real collector over a real store, and a provider on loopback. */
export interface Rig {
  readonly provider: FakeProvider;
  readonly collector: string;
  readonly key: string;
  readonly store: Awaited<ReturnType<typeof startTestClickHouse>>;
  close(): Promise<void>;
}

export async function openRig(): Promise<Rig> {
  const key = `tgk_${randomUUID()}`;
  const store = await startTestClickHouse();
  const collector = createCollector({
    ...clickhouseStorage(store.clients.landing),
    verifyKey: staticKeyVerifier([{ key, principal: 'app', team: 'platform', workflows: [] }]),
  });
  const { url } = await collector.listen(0);
  const provider = await startFakeProvider();
  return {
    ...{ provider, key, store, collector: url },
    close: async () => {
      await provider.close();
      await collector.close();
      await store.close();
    },
  };
}

/** A trace that was begun by somebody else: a span without a run of its own belongs to the run of its trace. */
export function newTrace(): { readonly trace: string; readonly traceparent: string; readonly run: string } {
  const trace = randomBytes(16).toString('hex');
  const traceparent = `00-${trace}-${randomBytes(8).toString('hex')}-01`;
  const run = trace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { trace, traceparent, run };
}
