import { randomUUID } from 'node:crypto';
import { type LandingRow, type SpanChoices, span } from '../flags/agent.ts';

interface Reported extends Pick<SpanChoices, 'principal'> {
  /** What its provider says that it cost; without it the call has no price but the list's. */
  readonly usd?: string | undefined;
  readonly model?: string;
  /** What its span says of itself beside that: only what is not empty. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** One model call of a provider that no price list knows. */
export function reportedCall({ usd, model = 'gpt-4o', claims = {}, ...choices }: Reported): LandingRow {
  return span({
    ...choices,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'house',
      'gen_ai.request.model': model,
      'gen_ai.response.id': randomUUID(),
      'gen_ai.usage.input_tokens': '10',
      'gen_ai.usage.output_tokens': '5',
      ...Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== '')),
      ...(usd === undefined ? {} : { 'tollgate.cost.usd': usd, 'tollgate.cost.source': 'provider' }),
    },
  });
}
