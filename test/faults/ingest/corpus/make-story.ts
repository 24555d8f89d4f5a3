import { traceId } from '../../../conformance/corpus/ids.ts';
import type { Attributes } from '../../../conformance/support/otlp.ts';
import type { Rng } from '../../../support/rng.ts';
import { governedSpans } from './governed.ts';
import { modelCallOf } from './model-call.ts';
import { quarantinedSpan } from './quarantined.ts';
import type { ModelCall, Sender, SpanFact, Story } from './story.ts';
import { SECOND, spanOf, type Telling } from './telling.ts';

const DAYS = 3;

export interface StoryPlan {
  readonly seed: number;
  readonly number: number;
  /** Nanoseconds: stories lie in the three days before it. */
  readonly now: bigint;
}

/** A trace that is the same for the same plan: plain spans, model calls, a governed run, spans that nobody can store. */
export function makeStory({ seed, number, now }: StoryPlan, rng: Rng, sender: Sender): Story {
  const name = `${seed} ${number}`;
  const start = now - BigInt(1 + rng.below(DAYS * 86_400 - 3600)) * SECOND;
  const resource: Attributes = [
    ['service.name', 'helpdesk-agent'],
    ['host.name', `worker-${rng.below(4)}`],
    ['process.pid', { int: 100 + rng.below(900) }],
  ];
  const telling: Telling = { name, trace: traceId(name), start, resource, sender };
  const plain = Array.from({ length: 1 + rng.below(6) }, (_, index) => plainSpan(telling, index));
  const calls: ModelCall[] = Array.from({ length: rng.below(5) }, (_, index) =>
    modelCallOf(telling, index, rng),
  );
  const governed = rng.chance(0.4) ? governedSpans(telling) : [];
  const bad = rng.chance(0.25) ? [quarantinedSpan(telling, now, rng)] : [];
  const spans = [...plain, ...calls.flatMap(({ reports }) => reports), ...governed, ...bad];
  return { trace: telling.trace, sender, spans, calls };
}

function plainSpan(telling: Telling, index: number): SpanFact {
  return spanOf(telling, `plain ${index}`, {
    name: 'GET /tickets',
    attributes: [['server.port', { int: 443 }]],
  });
}

/** The same span with other content: somebody changed what had been sent. Both have to stay. */
export function changed(fact: SpanFact): SpanFact {
  const { spec } = fact;
  const attributes: Attributes = [...(spec.attributes ?? []), ['work.changed', 'afterwards']];
  return { ...fact, key: `${fact.key} changed`, spec: { ...spec, attributes } };
}
