import { expect } from 'vitest';
import { z } from 'zod';
import type { LandingRow } from '../../packages/query-service/test/flags/agent.ts';

/** The ingest key of each principal; the collector says who sent a span by it, whatever the span says. */
export const KEYS = {
  'ops-agent': 'tgk_ops_0123456789abcdef',
  'sales-agent': 'tgk_sales_0123456789abcdef',
  'support-agent': 'tgk_support_0123456789abcdef',
  'finance-agent': 'tgk_finance_0123456789abcdef',
  'another-agent': 'tgk_another_0123456789abcdef',
} as const;

const attributes = z.record(z.string(), z.string());
const row = z.object({
  Timestamp: z.string(),
  TraceId: z.string(),
  SpanId: z.string(),
  SpanName: z.string(),
  ScopeName: z.string(),
  ScopeVersion: z.string(),
  SpanAttributes: attributes,
  ResourceAttributes: attributes.and(z.object({ 'tollgate.principal': z.literal(Object.keys(KEYS)) })),
  Duration: z.string(),
});
type Row = z.output<typeof row>;
type Principal = keyof typeof KEYS;

/** What is sent in one request: spans of one principal. */
export interface Body {
  readonly principal: Principal;
  readonly text: string;
}

/** Rows as bodies of OTLP/JSON, of one principal each, with the rows in the order given. */
export function bodiesOf(rows: readonly LandingRow[]): readonly Body[] {
  const parsed = z.array(row).parse(rows);
  const byKey = Map.groupBy(parsed, ({ ResourceAttributes }) => ResourceAttributes['tollgate.principal']);
  return [...byKey].map(([principal, its]) => ({
    principal: z.literal(Object.keys(KEYS) as [Principal, ...Principal[]]).parse(principal),
    text: JSON.stringify({ resourceSpans: its.map(resourceSpan) }),
  }));
}

/** Sends one body as an agent does. */
export async function send(url: string, { principal, text }: Body): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS[principal]}`, 'content-type': 'application/json' },
    body: text,
  });
  const { partialSuccess } = z
    .object({ partialSuccess: z.unknown().optional() })
    .parse(await response.json());
  expect([response.status, partialSuccess]).toEqual([200, undefined]);
}

const listOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

function resourceSpan(each: Row) {
  const { 'tollgate.principal': _, ...resource } = each.ResourceAttributes;
  const start = nanoseconds(each.Timestamp);
  return {
    resource: { attributes: listOf(resource) },
    scopeSpans: [
      {
        scope: { name: each.ScopeName, version: each.ScopeVersion },
        spans: [
          {
            ...{ traceId: each.TraceId, spanId: each.SpanId, name: each.SpanName, kind: 1 },
            startTimeUnixNano: String(start),
            endTimeUnixNano: String(start + BigInt(each.Duration)),
            attributes: listOf(each.SpanAttributes),
          },
        ],
      },
    ],
  };
}

/** The store's time, to the nanosecond. */
function nanoseconds(time: string): bigint {
  const [seconds = '', fraction = ''] = time.split('.');
  return BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
