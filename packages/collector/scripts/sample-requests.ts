import * as wire from '../test/support/wire.ts';

/** Spans in one request, as an SDK's batch has them. */
export const SPANS = 512;
const NOW = BigInt(Date.now() - 60_000) * 1_000_000n;

interface Attribute {
  readonly key: string;
  readonly value: string | number;
}

/** A model call with 14 attributes, as instrumentations write it; about 985 bytes with its share of the request. */
function attributesOf(i: number): Attribute[] {
  return Object.entries({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    'gen_ai.response.id': `chatcmpl-${i.toString(36).padStart(24, '0')}`,
    'gen_ai.conversation.id': `5f0c2a9e-${(i % 97).toString(16).padStart(4, '0')}-4b6e-9a3f-1c2d3e4f5a6b`,
    'gen_ai.usage.input_tokens': 900 + (i % 1000),
    'gen_ai.usage.output_tokens': 120 + (i % 300),
    'gen_ai.request.temperature': 0.2,
    'server.address': 'api.openai.com',
    'server.port': 443,
    'tollgate.workflow': 'triage',
    'tollgate.tool': 'summarize_ticket',
    'gen_ai.output.messages': `[{"role":"assistant","parts":[{"type":"text","content":"Ticket ${i}: the customer reports that the export has been failing since the last release, with a timeout after thirty seconds. Routed to the data team, whose on-call engineer has been told, with the export id, the size of the archive and the last three attempts."}]}]`,
  }).map(([key, value]) => ({ key, value }));
}

const RESOURCE = Object.entries({
  'service.name': 'support-agent',
  'service.version': '2.14.0',
  'service.instance.id': 'c6f1b2aa-9a57-4a07-8f55-0d6ad1d0a6a1',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.0.1',
  'host.name': 'worker-17.eu-central-1.compute.internal',
  'deployment.environment.name': 'production',
});

const hex = (value: number, size: number): string => value.toString(16).padStart(size * 2, 'a');

export function protobufRequest(batch: number): Buffer {
  const spans = Array.from({ length: SPANS }, (_, index) => protobufSpan(batch * SPANS + index));
  return wire.request(
    spans,
    RESOURCE.map(([key, value]) => wire.attribute(1, key, wire.text(value))),
  );
}

function protobufSpan(i: number): Buffer {
  const start = NOW + BigInt(i) * 1000n;
  return Buffer.concat([
    wire.len(1, Buffer.from(hex(i >> 3, 16), 'hex')),
    wire.len(2, Buffer.from(hex(i, 8), 'hex')),
    wire.len(4, Buffer.from(hex(i >> 3, 8), 'hex')),
    wire.len(5, 'chat gpt-4o-mini'),
    wire.int(6, 3),
    wire.fixed64(7, start),
    wire.fixed64(8, start + 812_345_678n),
    ...attributesOf(i).map(({ key, value }) => wire.attribute(9, key, protobufValue(value))),
    wire.len(15, wire.int(3, 1)),
  ]);
}

function protobufValue(value: string | number): Buffer {
  if (typeof value === 'string') return wire.text(value);
  return Number.isInteger(value) ? wire.int(3, value) : wire.double(4, value);
}

export function jsonRequest(batch: number): Buffer {
  const spans = Array.from({ length: SPANS }, (_, index) => jsonSpan(batch * SPANS + index));
  const resource = { attributes: RESOURCE.map(([key, value]) => ({ key, value: jsonValue(value) })) };
  const scopeSpans = [{ scope: { name: 'scope', version: '1.0' }, spans }];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }));
}

function jsonSpan(i: number): object {
  const start = NOW + BigInt(i) * 1000n;
  return {
    traceId: hex(i >> 3, 16),
    spanId: hex(i, 8),
    parentSpanId: hex(i >> 3, 8),
    name: 'chat gpt-4o-mini',
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 812_345_678n),
    attributes: attributesOf(i).map(({ key, value }) => ({ key, value: jsonValue(value) })),
    status: { code: 1 },
  };
}

function jsonValue(value: string | number): object {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
