import { type Marker, MODEL_CALL_MARKERS, REPEATING_NAMES, SCOPE_RULES } from '@tollgate/contract';
import { sendsAnyOf } from './attribute-text.ts';
import { scopeRule } from './scope-meaning.ts';
import { all, any, attribute, firstThat, list, quote } from './sql.ts';

const HAS_USAGE = sendsAnyOf(['input_tokens', 'output_tokens']);

/** SQL for whether a parsed span is one call to a model. Most spans have no marker and no usage, and are asked nothing more. */
export function isModelCall(): string {
  const marked = MODEL_CALL_MARKERS.map(
    (marker) => [`${attribute(marker.attribute)} != ''`, says(marker, HAS_USAGE)] as const,
  );
  const unmarked = all([HAS_USAGE, `NOT match(name, ${quote(REPEATING_NAMES)})`]);
  return all([firstThat(marked, unmarked), mayBeCall()]);
}

export function says(
  { attribute: name, calls, callPattern, callsWithUsage = [] }: Marker,
  hasUsage: string,
): string {
  const value = attribute(name);
  return any([
    ...(calls.length === 0 ? [] : [`${value} IN ${list(calls)}`]),
    ...(callPattern === undefined ? [] : [`match(${value}, ${quote(callPattern)})`]),
    ...(callsWithUsage.length === 0 ? [] : [all([`${value} IN ${list(callsWithUsage)}`, hasUsage])]),
  ]);
}

/** Some scopes never report calls. */
function mayBeCall(): string {
  const never = SCOPE_RULES.flatMap((rule, index) => (rule.spans === 'never_calls' ? [index + 1] : []));
  return never.length === 0 ? 'true' : `${scopeRule()} NOT IN (${never.join(', ')})`;
}
