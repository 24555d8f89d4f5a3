import type { AnswerOf } from '@tollgate/client';

/** A price, as the API answers it. */
export type Price = AnswerOf<'GET /v1/prices'>['items'][number]['prices'][number];

/** When a price applies, in words. */
export function conditionsOf(of: Price): string {
  const { workflow, service_tier, valid_from, valid_until, daily, above_input_tokens: above } = of;
  const conditions = [
    ...(workflow === '' ? [] : [`workflow ${workflow}`]),
    ...(service_tier === '' ? [] : [service_tier]),
    ...(above === null ? [] : [`over ${above} tokens in`]),
    ...(valid_from.startsWith('1970-01-01') ? [] : [`from ${day(valid_from)}`]),
    ...(valid_until === null ? [] : [`until ${day(valid_until)}`]),
    ...(daily === null ? [] : [`${clock(daily.from)} to ${clock(daily.until)} UTC`]),
  ];
  return conditions.join(', ');
}

const day = (iso: string): string => iso.replace('T00:00:00.000Z', '');
const clock = (second: number): string => new Date(second * 1000).toISOString().slice(11, 16);
