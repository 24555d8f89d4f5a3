import { POLICY_EFFECTS, type PolicyChange, type PolicyEffect } from '@tollgate/contract';
import Table from 'cli-table3';
import { plain } from './plain.ts';
import { wrap } from './wrap.ts';

interface Side {
  readonly file: string;
  readonly policy_version: string;
}

/** `unclear` may loosen: only a person can tell, so a check that nobody watches has to stop at it. */
export function mayLoosen({ effect }: PolicyChange): boolean {
  return effect === 'loosens' || effect === 'unclear';
}

/** The differences of two workflow files for a terminal, what loosens first. */
export function policyChangesTable(
  changes: readonly PolicyChange[],
  { before, after }: { readonly before: Side; readonly after: Side },
): string {
  if (changes.length === 0)
    return `${before.file} and ${after.file} are the same policy.\npolicy version ${after.policy_version}`;
  const table = new Table({
    head: ['effect', 'field', 'before', 'after', 'what it does'],
    style: { head: [], border: [] },
  });
  for (const effect of POLICY_EFFECTS)
    for (const { path, before, after, why } of changes.filter((each) => each.effect === effect))
      table.push([effect, cell(path, 28), cell(shown(before), 22), cell(shown(after), 22), cell(why, 34)]);
  return [
    table.toString(),
    summary(changes),
    `policy version ${before.policy_version}`,
    `            → ${after.policy_version}`,
  ].join('\n');
}

const PHRASES: Readonly<Record<PolicyEffect, string>> = {
  loosens: 'loosen',
  unclear: 'need a person to read them',
  tightens: 'tighten',
  neutral: 'neutral',
};

function summary(changes: readonly PolicyChange[]): string {
  const counts = POLICY_EFFECTS.flatMap((effect) => {
    const count = changes.filter((change) => change.effect === effect).length;
    return count === 0 ? [] : [`${count} ${PHRASES[effect]}`];
  });
  return `${changes.length === 1 ? '1 difference' : `${changes.length} differences`}: ${counts.join(', ')}`;
}

const MAX_SHOWN = 120;

function shown(value: unknown): string {
  if (value === undefined) return '–';
  const text = Array.isArray(value) ? value.map(inline).join(', ') || '(none)' : inline(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function inline(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function cell(text: string, width: number): string {
  return wrap(plain(text), width);
}
