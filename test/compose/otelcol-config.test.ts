import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const file = new URL('../../collector-config/otelcol.yaml', import.meta.url);
const protocol = z.object({ auth: z.object({ authenticator: z.string() }), include_metadata: z.boolean() });
const config = z
  .object({
    extensions: z.object({ file_storage: z.object({ fsync: z.boolean() }), health_check: z.object({}) }),
    receivers: z.object({ otlp: z.object({ protocols: z.object({ http: protocol, grpc: protocol }) }) }),
    processors: z.object({
      redaction: z.object({ blocked_values: z.array(z.string()).min(1) }),
      'transform/secrets': z.object({
        trace_statements: z.array(z.object({ statements: z.array(z.string()) })),
      }),
    }),
    exporters: z.object({
      clickhouse: z.object({
        traces_table_name: z.string(),
        create_schema: z.boolean(),
        retry_on_failure: z.object({ enabled: z.boolean().default(true), max_elapsed_time: z.number() }),
        sending_queue: z.object({
          enabled: z.boolean().default(true),
          storage: z.string(),
          block_on_overflow: z.boolean(),
          batch: z.object({ max_size: z.number() }),
        }),
      }),
    }),
    service: z.object({
      extensions: z.array(z.string()),
      pipelines: z.record(z.string(), z.object({ processors: z.array(z.string()) })),
    }),
  })
  .parse(parse(readFileSync(file, 'utf8')));

/** What the conformance suite cannot wait for, or would need a power cut for. */
test('the OpenTelemetry Collector never gives up on what it acknowledged, which is on disk', () => {
  const { clickhouse } = config.exporters;
  expect(clickhouse).toMatchObject({
    traces_table_name: 'otlp_spans',
    create_schema: false,
    retry_on_failure: { enabled: true, max_elapsed_time: 0 },
    sending_queue: { enabled: true, storage: 'file_storage', block_on_overflow: false },
  });
  expect(config.extensions.file_storage.fsync).toBe(true);
  expect(config.service.extensions).toEqual(
    expect.arrayContaining(['file_storage', 'health_check', 'ingest_key_auth']),
  );
});

test('memory is guarded first, the principal is set next, and nothing holds spans before the queue', () => {
  expect(config.service.pipelines).toEqual({
    traces: expect.objectContaining({
      processors: ['memory_limiter', 'transform/principal', 'redaction', 'transform/secrets'],
    }),
  });
});

test('both protocols ask for a key, and keep no header', () => {
  const { http, grpc } = config.receivers.otlp.protocols;
  for (const one of [http, grpc])
    expect(one).toMatchObject({ auth: { authenticator: 'ingest_key_auth' }, include_metadata: false });
});

test('one list of secrets, wherever they are masked', () => {
  const { redaction, 'transform/secrets': secrets } = config.processors;
  const joined = redaction.blocked_values.join('|').replaceAll('\\', '\\\\');
  const statements = secrets.trace_statements.flatMap((each) => each.statements);
  expect(statements).toEqual(
    ['span.status.message', 'span.name'].map((field) => `replace_pattern(${field}, "${joined}", "****")`),
  );
});
