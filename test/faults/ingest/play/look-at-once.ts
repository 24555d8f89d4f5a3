import type { Body } from '../corpus/body.ts';
import type { House } from './house.ts';

/**
 * Whether the first storable span of a body can be read at this moment; undefined where it has none, and where ClickHouse does
 * not answer, since it may have been struck at meanwhile.
 */
export async function isThereNow({ clickhouse }: House, body: Body): Promise<boolean | undefined> {
  const fact = body.facts.find(({ fate }) => fate.kind === 'stored');
  if (fact === undefined) return undefined;
  const [trace, span] = fact.id.split(' ');
  try {
    const answer = await clickhouse.clients.reader.query({
      query: `SELECT count() AS n FROM spans
        WHERE trace_id = unhex({trace:String}) AND span_id = unhex({span:String})`,
      query_params: { trace, span },
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ n: string }>();
    return row === undefined ? undefined : Number(row.n) > 0;
  } catch {
    return undefined;
  }
}
