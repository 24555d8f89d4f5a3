import {
  ATTRIBUTE_SOURCES,
  type AttributeSource,
  type AttributeTest,
  MODEL_CALL_MARKERS,
  type Marker,
  REPEATING_NAMES,
  REPORT_COLUMNS,
  SCOPE_RULES,
  type ScopeRule,
  STANDARD_TIERS,
} from '@tollgate/contract';
import { seenSection } from './conventions-seen.ts';
import { table } from './markdown.ts';

/** docs/conventions.md, from the tables of conventions in packages/contract. */
export function conventionsPage(): string {
  return `# Conventions

How Tollgate reads what instrumentation says of a model call, whoever instrumented it. This page, and the SQL of the view
\`model_reports_mv\`, are made from the tables in \`packages/contract/src/conventions\` by \`npm run generate\`.

Each report becomes one row of the same columns. **Input** includes cache reads and cache creation, **output** includes
reasoning. A count that cannot be read, or is over 10⁹ as sent, is NULL; what is not known is NULL and never zero.

## Where each column comes from

The first attribute that is there and not empty is taken. \`attribute → a.b\` is the value at \`a.b\` in an attribute that holds JSON.

${table(['column', 'attributes, best first'], REPORT_COLUMNS.map(columnRow))}

Without a provider, a report has the one that its scope stands for. Service tiers ${STANDARD_TIERS.map(code).join(', ')} are the
standard one; others are kept as sent, in lower case.

## Which spans are model calls

The first of these attributes that a span has decides. Spans of agents, workflows, chains and tools repeat the usage of the
calls inside them, often under the same names; they never count.

${table(['attribute', 'convention', 'one call'], MODEL_CALL_MARKERS.map(markerRow))}

A span with none of them is a call where it says input or output tokens and its name does not match ${code(REPEATING_NAMES)}.

## What each scope means

The instrumentation scope of a span (and its version) says which library wrote it. A scope that is not listed means what the
GenAI conventions say: input includes cached tokens, zero is a count, and numbers are the provider's. Whoever the scope is, more
cached tokens than input show that they were left out of it, and they are added (\`usage_note\` \`cached_tokens_excluded\`).

${table(['scope', 'library', 'versions', 'input', 'notes'], SCOPE_RULES.map(scopeRow))}

${seenSection()}`;
}

const code = (text: string): string => `\`${text}\``;

function columnRow(column: (typeof REPORT_COLUMNS)[number]): readonly string[] {
  return [code(column), ATTRIBUTE_SOURCES[column].map(sourceText).join(', ')];
}

function sourceText({ attribute, path, convention }: AttributeSource): string {
  const where = path === undefined ? code(attribute) : code(`${attribute} → ${path.join('.')}`);
  return `${where} (${convention})`;
}

function markerRow({ attribute, convention, calls, callPattern, callsWithUsage }: Marker): readonly string[] {
  const says = [
    ...calls.map(code),
    ...(callPattern === undefined ? [] : [`matches ${code(callPattern)}`]),
    ...(callsWithUsage ?? []).map((value) => `${code(value)} with usage`),
  ];
  return [code(attribute), convention, says.length === 0 ? 'never' : says.join(', ')];
}

function scopeRow(rule: ScopeRule): readonly string[] {
  const versions = [
    ...(rule.from === undefined ? [] : [`from ${rule.from}`]),
    ...(rule.before === undefined ? [] : [`before ${rule.before}`]),
  ];
  const notes = [
    ...(rule.when ?? []).map(testText),
    ...(rule.zero === 'unknown' ? ['no tokens in and none out means that it was not told'] : []),
    ...(rule.output === 'unfinished' ? ['its output tokens are not the final count, and not taken'] : []),
    ...(rule.cached === 'never_said' ? ['never says cached tokens: a cost is an upper bound (`cached_tokens_unsaid`)'] : []),
    ...(rule.numbers === 'own' ? ['its numbers are its own estimates, and not taken'] : []),
    ...(rule.spans === 'never_calls' ? ['its spans are never calls'] : []),
    rule.note,
  ];
  return [
    code(rule.scope),
    rule.library,
    versions.length === 0 ? 'all' : versions.join(', '),
    rule.input === 'includes_cached' ? 'includes cached' : 'excludes cached',
    notes.join('; '),
  ];
}

function testText(test: AttributeTest): string {
  if ('startsWith' in test) return `where ${code(test.attribute)} starts with ${code(test.startsWith)}`;
  return `where ${code(test.attribute)} is ${test.is === 'present' ? 'there' : 'not there'}`;
}
