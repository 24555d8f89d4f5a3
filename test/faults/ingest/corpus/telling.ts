import { spanId } from '../../../conformance/corpus/ids.ts';
import type { Attributes } from '../../../conformance/support/otlp.ts';
import { MARK, type Sender, type SpanFact } from './story.ts';

export const SECOND = 1_000_000_000n;

/** What the makers of spans share. */
export interface Telling {
  readonly name: string;
  readonly trace: string;
  readonly start: bigint;
  readonly resource: Attributes;
  readonly sender: Sender;
}

interface SpanText {
  readonly name: string;
  readonly scope?: string;
  readonly attributes: Attributes;
  readonly start?: bigint;
  readonly fate?: SpanFact['fate'];
}

/** A span of the story, known by its mark. */
export function spanOf(telling: Telling, what: string, text: SpanText): SpanFact {
  const span = spanId(`${telling.name} ${what}`);
  const id = `${telling.trace} ${span}`;
  const start = text.start ?? telling.start;
  return {
    id,
    key: id,
    scope: text.scope ?? 'app',
    resource: telling.resource,
    spec: {
      traceId: telling.trace,
      spanId: span,
      name: text.name,
      kind: 1,
      start,
      end: start + SECOND,
      attributes: [...text.attributes, [MARK, id]],
    },
    fate: text.fate ?? { kind: 'stored', report: false, toolCall: false },
  };
}
