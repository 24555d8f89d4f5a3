import { readFileSync } from 'node:fs';
import { ERRORS, TollgateError } from '@tollgate/contract';
import { expect, test } from 'vitest';

test('docs/errors.md has a row for every code, with its status, and no others', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)`\s+\| (\d+)\s+\|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
  );
});

test('an error keeps its identity, status and cause', () => {
  const cause = new Error('below');
  const error = new TollgateError('forbidden', 'Team sales.', { cause });
  expect(error).toBeInstanceOf(TollgateError);
  expect(error).toMatchObject({ code: 'forbidden', status: 403, cause });
  expect(error.message).toContain('Team sales.');
});
