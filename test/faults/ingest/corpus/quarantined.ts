import { TOLLGATE } from '@tollgate/contract';
import type { Rng } from '../../../support/rng.ts';
import { MARK, type SpanFact } from './story.ts';
import { spanOf, type Telling } from './telling.ts';

const DAY = 86_400_000_000_000n;

/** A span that cannot be stored as one: refused by the views, by the decoder, or since the key may not say that. */
export function quarantinedSpan(telling: Telling, now: bigint, rng: Rng): SpanFact {
  const good = spanOf(telling, 'bad', { name: 'bad', attributes: [] });
  const { spec } = good;
  const bad = (reason: string, mark: string, change: Partial<typeof spec>): SpanFact => ({
    ...good,
    spec: { ...spec, ...change },
    fate: { kind: 'quarantined', reason, mark },
  });
  const kinds = [
    () => bad('bad_trace_id', spec.spanId, { traceId: '0'.repeat(32) }),
    () => bad('time_in_the_future', spec.spanId, { start: now + 30n * DAY, end: now + 31n * DAY }),
    () =>
      bad('invalid_utf8', good.id, {
        attributes: [
          [MARK, good.id],
          ['text', { string: Buffer.from([0x61, 0xff, 0x62]) }],
        ],
      }),
    ...(telling.sender === 'bound'
      ? [
          () =>
            bad('workflow_not_allowed', spec.spanId, {
              attributes: [
                [MARK, good.id],
                [TOLLGATE.workflow, 'payroll'],
              ],
            }),
        ]
      : []),
  ];
  return (kinds[rng.below(kinds.length)] ?? kinds[0] ?? (() => good))();
}
