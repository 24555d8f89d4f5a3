import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANA, type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { SUPPORT_WORKFLOW } from '../support/workflows.ts';

const SECRET = `ghp_${'k9'.repeat(18)}`;
const WITH_CONTENT = `${SUPPORT_WORKFLOW.replace('Write to {to} that', 'Write to {to} about {text} that')}
content:
  mask_fields: [arguments.to]
  by_class: { 1: digest }
`;

let house: House;
beforeAll(async () => {
  house = await openHouse(WITH_CONTENT);
});
afterAll(() => house.close());

test('what is masked or withheld leaves the process in no form, but for the arguments that an approver has to see', async () => {
  const tollgate = await house.start();
  house.collector.mode = 503;
  const received: unknown[] = [];
  const send = tollgate.tool({
    name: 'send_reply',
    execute: async (args: unknown) => void received.push(args),
  });
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'a-private-category' });
  const forbidden = tollgate.tool({ name: 'delete_ticket', execute: async () => 'gone' });
  const mail = { to: 'kim@example.com', text: `the key is ${SECRET}` };
  const deciding = house.nextWaiting();
  const running = tollgate.run(
    { initiator: SAM, initiatorToken: house.tokenOf(SAM), input: { password: 'hunter2' } },
    async (run) => {
      await classify({});
      await forbidden({ [SECRET]: SECRET }).catch(() => {});
      await expect(send({ ...mail, [SECRET]: 1 })).rejects.toMatchObject({ reason: 'out_of_scope' });
      await expect(classify({ [SECRET]: Number.NaN })).rejects.toMatchObject({
        reason: 'arguments_not_i_json',
      });
      await run.escalate({ reason: `look at ${SECRET}` });
      const source = {
        origin: 'source',
        system: `crm?key=${SECRET}`,
        reference: `account/42#${SECRET}`,
      } as const;
      await run.cite({ ...source, statement: `the key is ${SECRET}` });
      await send(mail);
    },
  );
  const id = await deciding;
  const approval = await house.api(ANA, 'GET', `/v1/approvals/${id}`);
  expect(JSON.parse(String(approval['arguments']))).toEqual(mail);
  expect(approval['rollback_note']).toContain(SECRET);
  await house.api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'fine' });
  const { runId, status } = await running;
  expect(status).toBe('escalated');
  expect(received).toEqual([mail]);

  const onDisk = await textOf(house.outbox);
  const shipped = await serviceRows(house);
  expect(onDisk).toContain('send_reply');
  expect(shipped).toContain('send_reply');
  for (const hidden of [SECRET, 'kim@example.com', 'hunter2', 'a-private-category']) {
    expect(onDisk).not.toContain(hidden);
    expect(shipped).not.toContain(hidden);
  }
  house.collector.mode = 'open';
  await tollgate.flush();
  const executed = chainOf(house.spans(), runId).find(({ record }) => record.reason === 'approval_granted');
  expect(executed?.record.rollback_note).toBe(
    'Write to [masked] about the key is [masked] that the message was a mistake',
  );
});

test('a pattern for addresses hides nobody who has decided', async () => {
  const other = await openHouse(`${SUPPORT_WORKFLOW}content: { mask_patterns: ['[a-z]+@example[.]com'] }\n`);
  try {
    const tollgate = await other.start();
    const send = tollgate.tool({ name: 'send_reply', execute: async () => 'sent' });
    void other.decideNext('refuse', 'no');
    const options = { initiator: SAM, initiatorToken: other.tokenOf(SAM) };
    const { runId } = await tollgate.run(options, () => send({ to: 'kim@example.com', text: 'x' }));
    await tollgate.flush();
    const refused = chainOf(other.spans(), runId).find(({ record }) => record.reason === 'approval_refused');
    expect(refused?.record.detail).toMatchObject({ decided_by: ANA });
  } finally {
    await other.close();
  }
});

async function textOf(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

/** What the service has on its way to the evidence store. */
async function serviceRows({ directory }: House): Promise<string> {
  const database = new DatabaseSync(join(directory, 'control', 'control.db'), { readOnly: true });
  const rows = database.prepare('select row from evidence_outbox').all();
  database.close();
  return JSON.stringify(rows);
}
