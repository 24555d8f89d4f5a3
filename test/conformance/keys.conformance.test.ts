import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ControlState,
  createAgentKey,
  openControlState,
  revokeCredential,
  systemClock,
} from '@tollgate/query-service';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { publishIngestKeys } from '../../packages/cli/src/serve/ingest-keys.ts';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { encodeRequest } from './support/otlp.ts';
import { startTheirs, type TheirSide } from './support/rig.ts';
import { sendGrpc, sendHttp } from './support/send.ts';

const agent = { principal: 'triage-agent', team: 'support', workflows: ['triage'], created_by: 'test' };
const PATIENCE = { timeout: 20_000, interval: 100 };

describe.skipIf(inject('otelcol') === '')('the keys of the service, in the OpenTelemetry Collector', () => {
  let directory: string;
  let control: ControlState;
  let publisher: Awaited<ReturnType<typeof publishIngestKeys>>;
  let theirs: TheirSide;

  /** The service's control state and the list that it publishes; the Collector reads that list. */
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-keys-'));
    control = await openControlState({ directory: join(directory, 'control'), clock: systemClock() });
    const keysFile = join(directory, 'ingest-keys.json');
    const logger = pino({ level: 'silent' });
    publisher = await publishIngestKeys(control, keysFile, { logger, intervalMs: 200 });
    theirs = await startTheirs(inject('otelcol'), { keysFile });
  });
  afterAll(async () => {
    await theirs?.stop();
    await publisher?.stop();
    await control?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const request = (name: string) => {
    const span = { traceId: traceId(name), spanId: spanId(name), name, start: NOON, end: NOON + 1n };
    return encodeRequest([{ scopes: [{ spans: [span] }] }]);
  };
  const answers = async (key: string, body = encodeRequest([])) => [
    (await sendHttp(theirs.otelcol.httpUrl, key, body)).status,
    (await sendGrpc(theirs.otelcol.grpcUrl, { authorization: `Bearer ${key}` }, body)).status,
  ];
  const become = (key: string, wanted: number[]) =>
    vi.waitFor(async () => expect(await answers(key)).toEqual(wanted), PATIENCE);

  test('work when they are made, say whose the spans are, and end when they are revoked', async () => {
    const { key, credential_id } = await createAgentKey(control, agent);
    await become(key, [200, 0]);
    expect(await answers(key, request('of triage-agent'))).toEqual([200, 0]);
    await revokeCredential(control, credential_id, 'test');
    await become(key, [401, 16]);
    expect(await answers(key, request('after the end'))).toEqual([401, 16]);
    await theirs.settled();
    const spans = await rowsOf(theirs.store.clients.reader, 'spans');
    expect(spans).toMatchObject([{ name: '"of triage-agent"', principal: '"triage-agent"' }]);
  });

  test('end at their time, without anybody writing a list', async () => {
    const { key } = await createAgentKey(control, { ...agent, expires_in_seconds: 10 });
    await become(key, [200, 0]);
    await publisher.stop();
    await become(key, [401, 16]);
  });

  test('do not work where they are not for ingest', async () => {
    const { key } = await createAgentKey(control, { ...agent, scopes: ['api'] });
    expect(await answers(key)).toEqual([401, 16]);
  });
});
