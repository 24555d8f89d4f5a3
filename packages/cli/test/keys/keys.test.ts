import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';

let running: RunningSystem;
let environment: Readonly<Record<string, string>>;
beforeAll(async () => {
  running = await startRunningSystem();
  environment = { TOLLGATE_URL: running.serviceUrl, TOLLGATE_TOKEN: running.admin.token };
});
afterAll(() => running?.stop());

async function keys(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tollgate(['keys', ...args], environment);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim();
}
const created = (...more: string[]) =>
  keys('create', '--principal', 'triage-agent', '--team', 'support', '--workflow', '*', ...more);
const idOf = (key: string): string => key.split('_')[1] ?? '';

/** One span over a socket to the collector; its status. */
async function send(key: string, name: string): Promise<number> {
  const start = `${Date.now()}000000`;
  const span = {
    ...{ traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), name },
    ...{ kind: 1, startTimeUnixNano: start, endTimeUnixNano: start },
  };
  const { status } = await fetch(running.otlpUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  return status;
}

async function stored(): Promise<readonly (readonly [string, string])[]> {
  const answer = await running.system.clickhouse.clients.reader.query({
    query: 'SELECT name, principal FROM spans ORDER BY name',
    format: 'JSONEachRow',
  });
  return (await answer.json<{ name: string; principal: string }>()).map(({ name, principal }) => [
    name,
    principal,
  ]);
}

describe('keys of agents, at the collector', () => {
  test('are changed for a second one while both work, and refused within seconds of being revoked', async () => {
    const first = await created();
    expect(await send(first, 'a')).toBe(200);
    const second = await keys('rotate', idOf(first));
    expect([await send(first, 'b'), await send(second, 'c')]).toEqual([200, 200]);
    await keys('revoke', idOf(first));
    await vi.waitFor(async () => expect(await send(first, 'z')).toBe(401), { timeout: 5000, interval: 100 });
    for (let times = 0; times < 3; times++) expect(await send(first, 'refused')).toBe(401);
    expect(await send(second, 'd')).toBe(200);
    await vi.waitFor(async () => expect((await stored()).map(([name]) => name)).toContain('d'), {
      timeout: 20_000,
    });
    expect((await stored()).filter(([name]) => name !== 'z')).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [name, 'triage-agent']),
    );
    const list = await keys('list');
    expect(list).toContain(idOf(second));
    expect(list).toContain('revoked');
    for (const key of [first, second]) expect(list).not.toContain(key.split('_')[2]);
    const again = await tollgate(['keys', 'rotate', idOf(first)], environment);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('No live key has that id')]);
  });

  test('end by themselves: at their time, and the one before where the change-over is over', async () => {
    const brief = await created('--expires-in-days', String(2 / 86_400));
    const before = await created();
    expect(await send(before, 'd')).toBe(200);
    const after = await keys('rotate', idOf(before), '--overlap-hours', String(2 / 3600));
    const refused = (key: string) =>
      vi.waitFor(async () => expect(await send(key, 'e')).toBe(401), { timeout: 10_000, interval: 200 });
    await refused(brief);
    await refused(before);
    expect(await send(after, 'f')).toBe(200);
  });
});
