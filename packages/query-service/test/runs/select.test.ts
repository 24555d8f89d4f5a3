import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { select } from '../../src/runs/select.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

const read = (query: string) =>
  select(
    { store: { reader: store.clients.reader, service: store.clients.service } },
    z.object({ n: z.coerce.number(), text: z.string() }),
    query,
    {},
  );

test.each([10, 3_000_000])(
  'an answer that breaks off after %d rows is an error, and no short list',
  async (rows) => {
    const broken = `SELECT number AS n, repeat('x', 20) AS text FROM numbers(4000000) WHERE throwIf(number = ${rows}, 'broken off') = 0`;
    await expect(read(`${broken} SETTINGS max_block_size = 1000`)).rejects.toThrow();
    expect(await read(`SELECT 1 AS n, 'a\nb"' AS text`)).toEqual([{ n: 1, text: 'a\nb"' }]);
  },
);
