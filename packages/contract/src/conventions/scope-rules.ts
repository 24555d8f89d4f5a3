import type { ScopeRule } from './types.ts';

/** What the conventions say; a scope that is not listed is read so. */
export const DEFAULT_MEANING = {
  input: 'includes_cached',
  zero: 'count',
  numbers: 'provider',
  spans: 'by_marker',
} as const satisfies Partial<ScopeRule>;

/** What each library means, as its own spans showed. The first rule that fits a span is the one. */
export const SCOPE_RULES: readonly ScopeRule[] = [
  {
    ...DEFAULT_MEANING,
    scope: '@traceloop/instrumentation-anthropic',
    library: 'OpenLLMetry for Anthropic, JavaScript',
    provider: 'anthropic',
    input: 'excludes_cached',
    note: 'hands on what the API says, which leaves cached tokens out',
  },
];
