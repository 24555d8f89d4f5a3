import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ingestKeyList, publishIngestKeys } from '../../packages/cli/src/serve/ingest-keys.ts';
import { firstAgentKey } from '../../packages/cli/src/system/first-start.ts';

const agent = { principal: 'triage-agent', team: 'support', workflows: ['triage'], created_by: 'test' };
const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

describe('the list of ingest keys for the OpenTelemetry Collector', () => {
  let directory: string;
  let control: ControlState;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-keys-'));
    control = await openControlState({ directory: join(directory, 'control'), clock: systemClock() });
  });
  afterAll(async () => {
    await control?.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('holds live ingest keys as digests, and follows what changes', async () => {
    const file = join(directory, 'keys', 'list.json');
    const { key, credential_id } = await createAgentKey(control, agent);
    const api = await createAgentKey(control, { ...agent, scopes: ['api'] });
    const logger = pino({ level: 'silent' });
    const publisher = await publishIngestKeys(control, file, { logger, intervalMs: 20 });
    const list = await readFile(file, 'utf8');
    expect(JSON.parse(list)).toEqual({
      keys: [
        {
          key_id: credential_id,
          sha256: sha256(key),
          principal: 'triage-agent',
          team: 'support',
          workflows: ['triage'],
        },
      ],
    });
    expect(list).not.toContain(key);
    expect(list).not.toContain(sha256(api.key));
    await revokeCredential(control, credential_id, 'test');
    const later = await createAgentKey(control, { ...agent, expires_in_seconds: 3600 });
    await vi.waitFor(async () => {
      const { keys } = JSON.parse(await readFile(file, 'utf8'));
      expect(keys).toMatchObject([{ key_id: later.credential_id, expires_at: expect.stringMatching(/Z$/) }]);
    });
    await publisher.stop();
    expect(await readFile(file, 'utf8')).toBe(await ingestKeyList(control));
  });

  test('has the key that the first start made, once', async () => {
    await firstAgentKey(control, directory, 'platform');
    const key = (await readFile(join(directory, 'agent-key'), 'utf8')).trim();
    expect(await ingestKeyList(control)).toContain(sha256(key));
    expect((await stat(join(directory, 'agent-key'))).mode & 0o777).toBe(0o600);
    const before = await ingestKeyList(control);
    await firstAgentKey(control, directory, 'platform');
    expect(await ingestKeyList(control)).toBe(before);
  });
});
