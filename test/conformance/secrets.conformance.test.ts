import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { type Attributes, encodeRequest } from './support/otlp.ts';
import { KEY, startTheirs, type TheirSide } from './support/rig.ts';
import { sendHttp } from './support/send.ts';

/** One of each kind that is known by its form. */
const SECRETS: Readonly<Record<string, string>> = {
  'an ingest key': `tgk_${'3'.repeat(24)}_${'4'.repeat(64)}`,
  'a person’s token': `tgp_${'a'.repeat(24)}_${'b'.repeat(64)}`,
  'a model provider’s key': `sk-${'A1b2'.repeat(8)}`,
  'a GitHub token': `ghp_${'Ab12'.repeat(9)}`,
  'a Slack token': `xoxb-${'12345678'.repeat(2)}`,
  'an AWS key id': `AKIA${'ABCD1234'.repeat(2)}`,
  'a JSON Web Token': `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`,
  'a private key': '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
};
const secret = SECRETS['a model provider’s key'] ?? '';
const evidence = JSON.stringify({ kind: 'tool_finished', note: secret });

const attributes: Attributes = [
  ['http.request.header.authorization', 'Bearer whatever'],
  ['http.request.header.cookie', { array: [{ string: 'a=b' }] }],
  ['db.password', { int: 12345 }],
  ['openai_api_key', 'x'],
  ...Object.entries(SECRETS).map(([name, value]): [string, string] => [name, `called with ${value}.`]),
  ['in a list', { array: [{ string: 'called' }, { string: `with ${secret}` }] }],
  ['in a map', { map: [['deep', { map: [['er', secret]] }]] }],
  ['a list without any', { array: [{ string: 'a' }, { int: 1 }] }],
  ['gen_ai.usage.input_tokens', { int: 7 }],
  [TOLLGATE.record, evidence],
];
const inside: Attributes = [['note', secret]];
const PARTLY: Attributes = [['a map whose own key tells', { map: [['password', 'hunter2']] }]];

const request = encodeRequest([
  {
    resource: inside,
    scopes: [
      {
        spans: [
          {
            traceId: traceId('secrets'),
            spanId: spanId('secrets'),
            name: `leaks ${secret}`,
            start: NOON,
            end: NOON + 1n,
            attributes: [...attributes, ...PARTLY],
            status: {
              code: 2,
              message: `Incorrect API key provided: ${secret}. You can find yours elsewhere.`,
            },
            events: [{ time: NOON, name: `said ${secret}`, attributes: inside }],
            links: [{ traceId: traceId('x'), spanId: spanId('x'), attributes: inside }],
          },
        ],
      },
    ],
  },
]);

describe.skipIf(inject('otelcol') === '')('credentials in spans, in the OpenTelemetry Collector', () => {
  let theirs: TheirSide;
  const only = async (table: string) => {
    const rows = await rowsOf(theirs.store.clients.reader, table);
    expect(rows).toHaveLength(1);
    return Object.fromEntries(
      Object.entries(rows[0] ?? {}).map(([name, json]) => [
        name,
        name.endsWith('_id') ? json : JSON.parse(json),
      ]),
    );
  };

  beforeAll(async () => {
    theirs = await startTheirs(inject('otelcol'));
    expect(await sendHttp(theirs.otelcol.httpUrl, KEY, request)).toMatchObject({ status: 200 });
    await theirs.settled();
  });
  afterAll(() => theirs?.stop());

  test('are masked by form and by name, however deep', async () => {
    const { content } = await only('span_content');
    expect(content).toEqual({
      'http.request.header.authorization': '****',
      'http.request.header.cookie': '****',
      'db.password': '****',
      openai_api_key: '****',
      ...Object.fromEntries(Object.keys(SECRETS).map((name) => [name, 'called with ****.'])),
      'in a list': '["called","with ****"]',
      'in a map': '{"deep":{"er":"****"}}',
      'a list without any': '["a",1]',
      // Names inside of values are not looked at.
      'a map whose own key tells': '{"password":"hunter2"}',
    });
  });

  test('are masked in resource, event, status and name', async () => {
    const { resource_content, event_attributes, status_message } = await only('span_content');
    expect({ resource_content, event_attributes, status_message }).toEqual({
      resource_content: { note: '****' },
      event_attributes: [{ note: '****' }],
      status_message: 'Incorrect API key provided: ****. You can find yours elsewhere.',
    });
    expect(await only('spans')).toMatchObject({
      name: 'leaks ****',
      attributes: { 'gen_ai.usage.input_tokens': '7' },
    });
  });

  test('stay in evidence, whose digest is in the chain', async () => {
    expect(await only('evidence_records')).toMatchObject({ record: evidence });
  });

  test('stay where no processor looks: in links and in names of events', async () => {
    expect(await only('span_content')).toMatchObject({ link_attributes: [{ note: secret }] });
    expect(await only('spans')).toMatchObject({ event_names: [`said ${secret}`] });
  });
});
