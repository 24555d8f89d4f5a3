import { DEFAULT_TABLE } from '../data/exporter-table.ts';
import { DAYS } from '../data/plan.ts';
import { WORKFLOWS } from '../data/workflows.ts';
import { dayBefore, nth, type Read } from './read.ts';

const tokens = (kind: string) => `toDecimal128(toUInt64OrZero(SpanAttributes['gen_ai.usage.${kind}']), 0)`;
const price = (usd: string) => `toDecimal128('${usd}', 15)`;

/** As who has one price list and trusts that each span is one call: of several reports of one call, each would be counted. */
export const COSTS_OF_SPANS = `
  SELECT SpanAttributes['tollgate.workflow'] AS workflow, toString(toDate(Timestamp)) AS day, count() AS calls,
    sum((${tokens('input_tokens')} - ${tokens('cache_read.input_tokens')}) * ${price('0.0000025')}
      + ${tokens('cache_read.input_tokens')} * ${price('0.00000125')} + ${tokens('output_tokens')} * ${price('0.00001')}) AS usd
  FROM ${DEFAULT_TABLE}
  WHERE Timestamp >= {from:DateTime} AND SpanAttributes['gen_ai.operation.name'] = 'chat'
    AND ({team:String} = '' OR SpanAttributes['tollgate.team'] = {team:String})
  GROUP BY workflow, day ORDER BY day DESC, usd DESC`;

const TEAMS = [...new Set(WORKFLOWS.map(({ team }) => team))];

export const costs: Read = {
  name: 'costs',
  what: 'costs by workflow and day over ninety days, of all teams or of one',
  wantedMs: 200,
  questions: async (ground, count) => {
    const from = dayBefore(ground, DAYS);
    return Array.from({ length: count }, (_, number) => {
      const team = number % 2 === 0 ? '' : nth(TEAMS, (number - 1) / 2);
      return {
        path: `/v1/costs?${new URLSearchParams({ group_by: 'workflow,day', from, ...(team === '' ? {} : { team }) })}`,
        theirs: { query: COSTS_OF_SPANS, params: { from: `${from} 00:00:00`, team } },
      };
    });
  },
};
