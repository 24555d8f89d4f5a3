import { type AttributeTest, SCOPE_RULES, type ScopeRule } from '@tollgate/contract';
import { all, any, attribute, firstThat, quote } from './sql.ts';

/** The dotted numbers at the start of a scope's version, for comparing: 1.14.0-beta is [1, 14, 0]. */
const VERSION = `arrayMap(n -> toUInt32OrZero(n), splitByChar('.', extract(scope_version, '^[0-9]+(?:[.][0-9]+)*')))`;

/** SQL for which rule a span falls under: its place in `SCOPE_RULES`, from 1; 0 where none fits. */
export function scopeRule(): string {
  return firstThat(
    SCOPE_RULES.map((rule, index) => [conditionOf(rule), `${index + 1}`] as const),
    '0',
  );
}

/** SQL for whether the rule numbered `rule` has this meaning. */
export function ruleSays(holds: (rule: ScopeRule) => boolean): string {
  const numbers = SCOPE_RULES.flatMap((rule, index) => (holds(rule) ? [index + 1] : []));
  return numbers.length === 0 ? 'false' : `rule IN (${numbers.join(', ')})`;
}

/** SQL for whether a scope is known to report the calls of an SDK or a framework. */
export function isKnownScope(): string {
  const scopes = [...new Set(SCOPE_RULES.map(({ scope }) => scope))];
  return any(scopes.map(named));
}

/** SQL for the provider that the rule numbered `rule` stands for, '' where it stands for none. */
export function providerOfRule(): string {
  const cases = SCOPE_RULES.flatMap(({ provider }, index) =>
    provider === undefined ? [] : [[`rule = ${index + 1}`, quote(provider)] as const],
  );
  return firstThat(cases, "''");
}

function conditionOf({ scope, from, before, when = [] }: ScopeRule): string {
  const bounded = from !== undefined || before !== undefined;
  return all([
    named(scope),
    ...(bounded ? [`match(scope_version, '^[0-9]')`] : []),
    ...(from === undefined ? [] : [`${VERSION} >= ${versionOf(from)}`]),
    ...(before === undefined ? [] : [`${VERSION} < ${versionOf(before)}`]),
    ...when.map(testOf),
  ]);
}

function named(scope: string): string {
  if (scope.endsWith('*')) return `startsWith(scope_name, ${quote(scope.slice(0, -1))})`;
  return `scope_name = ${quote(scope)}`;
}

function testOf(test: AttributeTest): string {
  const value = attribute(test.attribute);
  if ('startsWith' in test) return `startsWith(${value}, ${quote(test.startsWith)})`;
  return `${value} ${test.is === 'present' ? '!=' : '='} ''`;
}

const versionOf = (text: string): string => `[${text.split('.').map(Number).join(', ')}]`;
