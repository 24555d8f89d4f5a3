import { TollgateError } from '@tollgate/contract';
import { expect, test } from 'vitest';

test('an error keeps its identity, status and cause', () => {
  const cause = new Error('below');
  const error = new TollgateError('forbidden', 'Team sales.', { cause });
  expect(error).toBeInstanceOf(TollgateError);
  expect(error).toMatchObject({ code: 'forbidden', status: 403, cause });
  expect(error.message).toContain('Team sales.');
});
