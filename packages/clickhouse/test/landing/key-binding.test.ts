import { randomUUID } from 'node:crypto';
import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, type Row, row } from '../support/landing.ts';

const TRIAGE = JSON.stringify(['triage', 'billing-2.eu_1', 'a "quoted", [one]']);
const claim = (workflow: string): Partial<Row> => ({ SpanAttributes: { [TOLLGATE.workflow]: workflow } });
const record = (text: string): Partial<Row> => ({ SpanAttributes: { [TOLLGATE.record]: text } });

describe('a key that is bound to workflows', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  /** Where a row goes whose key has this binding: 'span', or the reason of its quarantine. */
  const place = async (boundTo: string | undefined, said: Partial<Row>): Promise<string> => {
    const principal = randomUUID();
    const bound = boundTo === undefined ? {} : { [TOLLGATE.principalWorkflows]: boundTo };
    const ResourceAttributes = { ...said.ResourceAttributes, [TOLLGATE.principal]: principal, ...bound };
    await land(store, [row({ ...said, ResourceAttributes })]);
    const places = await ask<{ place: string }>(
      store.clients.reader,
      `SELECT 'span' AS place FROM spans WHERE principal = {principal:String}
       UNION ALL SELECT reason FROM quarantine WHERE principal = {principal:String}`,
      { principal },
    );
    expect(places).toHaveLength(1);
    return places[0]?.place ?? '';
  };

  it.each([
    ['no workflow', {}],
    ['its workflow', claim('triage')],
    ['an empty workflow', claim('')],
    ['another of its workflows', claim('billing-2.eu_1')],
    ['a record of its workflow', record('{"schema":"tollgate.record/1","workflow":"triage"}')],
    ['a record of it that speaks of workflows', record('{"note":"\\"workflow\\":","workflow":"triage"}')],
  ])('may say %s', async (_what, said) => {
    expect(await place(TRIAGE, said)).toBe('span');
  });

  it.each([
    ['another workflow', claim('deploy')],
    ['what stands between two names', claim(',')],
    ['two names at once', claim('triage","billing-2.eu_1')],
    ['a part of a name', claim('triag')],
    ['a name that no workflow can have', claim('a "quoted", [one]')],
    ['a part of such a name', claim('quoted\\')],
    ['the whole list', claim(TRIAGE)],
    ['everything', claim('*')],
    ['its workflow in capitals', claim('TRIAGE')],
    ['another workflow on its resource', { ResourceAttributes: { [TOLLGATE.workflow]: 'deploy' } }],
    ['a record of another workflow', record('{"workflow":"deploy"}')],
    ['a record with an escaped name of it', record('{"work\\u0066low":"deploy"}')],
    ['a record that repeats the key', record('{"workflow":"triage","workflow":"deploy"}')],
    ['a record that repeats the key in disguise', record('{"work\\u0066low":"triage","workflow":"deploy"}')],
    ['a record that is not JSON', record('workflow=deploy')],
    ['a record that is a list', record('["triage"]')],
    ['a record whose workflow is no text', record('{"workflow":["triage"]}')],
    ['a record whose workflow is null', record('{"workflow":null}')],
    ['a record without a workflow', record('{"schema":"tollgate.record/1"}')],
    ['a record with blanks', record('{"workflow" : "triage"}')],
  ])('may not say %s', async (_what, said) => {
    expect(await place(TRIAGE, said)).toBe('workflow_not_allowed');
    expect(await place(undefined, said)).toBe('span');
  });

  it('may say nothing of any workflow where the list is empty or none', async () => {
    for (const boundTo of ['[]', 'triage', '{}'])
      expect(await place(boundTo, claim('triage'))).toBe('workflow_not_allowed');
  });

  it('counts every occurrence of a name that comes twice', async () => {
    const principal = randomUUID();
    const twice = `{"${TOLLGATE.workflow}":"triage","${TOLLGATE.workflow}":"deploy"}`;
    await store.clients.landing.command({
      query: `INSERT INTO otlp_spans (Timestamp, TraceId, SpanId, ResourceAttributes, SpanAttributes)
        FORMAT JSONEachRow {"Timestamp":1768478400000000000,"TraceId":"${'a'.repeat(32)}","SpanId":"${'b'.repeat(16)}",
        "ResourceAttributes":{"${TOLLGATE.principal}":"${principal}","${TOLLGATE.principalWorkflows}":"[\\"triage\\"]"},
        "SpanAttributes":${twice}}`,
    });
    const rows = await ask(
      store.clients.reader,
      'SELECT reason FROM quarantine WHERE principal = {principal:String}',
      { principal },
    );
    expect(rows).toEqual([{ reason: 'workflow_not_allowed' }]);
  });

  it('leaves no trace in any row, so that a span sent again under another binding is the same span', async () => {
    const principal = randomUUID();
    const said = row(claim('triage'));
    for (const bound of [undefined, TRIAGE, '["triage"]'])
      await land(store, [
        {
          ...said,
          ResourceAttributes: {
            'service.name': 's',
            [TOLLGATE.principal]: principal,
            ...(bound === undefined ? {} : { [TOLLGATE.principalWorkflows]: bound }),
          },
        },
      ]);
    const rows = await ask(
      store.clients.reader,
      'SELECT resource_attributes FROM spans WHERE principal = {principal:String}',
      { principal },
    );
    expect(rows).toEqual([{ resource_attributes: { 'service.name': 's', [TOLLGATE.principal]: principal } }]);
    for (const table of ['span_content', 'quarantine']) {
      const answer = await store.clients.reader.query({
        query: `SELECT * FROM ${table}`,
        format: 'JSONEachRow',
      });
      expect(await answer.text()).not.toContain(TOLLGATE.principalWorkflows);
    }
  });
});
