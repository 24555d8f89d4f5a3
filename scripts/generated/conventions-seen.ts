import { readFileSync } from 'node:fs';
import { SCENARIOS } from '../../test/instrumentations/scenarios.ts';
import type { Seen } from '../../test/instrumentations/suite/seen.ts';
import { table } from './markdown.ts';

const SEEN = new URL('../../test/instrumentations/seen.json', import.meta.url);

/** What real libraries were seen to emit; `npm run conformance:instrumentations -- --write` writes what this reads. */
export function seenSection(): string {
  const seen = JSON.parse(readFileSync(SEEN, 'utf8')) as readonly Seen[];
  return `## What was seen

[test/instrumentations](../test/instrumentations/README.md) runs these libraries against a provider on loopback whose true usage
is known, through the real collector and store, and holds what is counted against it. Each scenario is a column.

✓ tokens and cost are the provider's, and count once · ∅ counted, without a cost, since nobody was told · ≤ ≥ the library does not
say all that prices depend on, so that the true cost is at most (at least) what is shown · – the library leaves no span · ≈ the
library's own numbers, which nothing on its spans tells from usage

${table(['set-up', ...SCENARIOS.map((_, index) => String(index + 1))], seen.map(signRow))}

${SCENARIOS.map(({ name, about }, index) => `${index + 1}. \`${name}\`: ${about}`).join('\n')}

${table(['set-up', 'scopes that report calls', 'what they say', 'counts'], seen.flatMap(scopeRows))}
`;
}

function signRow({ setUp, signs }: Seen): readonly string[] {
  return [`\`${setUp}\``, ...SCENARIOS.map(({ name }) => (signs[name] ?? '').replace('·', '–'))];
}

function scopeRows({ setUp, title, scopes, counted }: Seen): readonly (readonly string[])[] {
  return scopes.map(({ name, version, attributes }, index) => [
    index === 0 ? `\`${setUp}\`, ${title}` : '',
    `\`${name}\` ${version}`.trim(),
    attributes.map((attribute) => `\`${attribute}\``).join(' '),
    counted.includes(name) ? 'yes' : 'no',
  ]);
}
