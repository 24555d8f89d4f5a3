import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCredentials, ROLES } from '../src/index.ts';

describe('credentials', () => {
  const parent = mkdtempSync(join(tmpdir(), 'tollgate-credentials-'));
  const fresh = () => mkdtempSync(join(parent, 'store-'));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('are made once, each with a password of its own, and are the same afterwards', () => {
    const directory = fresh();
    const made = loadCredentials(directory);
    expect(new Set(ROLES.map((role) => made[role].password)).size).toBe(ROLES.length);
    expect(loadCredentials(directory)).toEqual(made);
  });

  it('are for their owner alone, also after somebody loosened the file', () => {
    const directory = fresh();
    loadCredentials(directory);
    const path = join(directory, 'credentials.json');
    chmodSync(path, 0o644);
    loadCredentials(directory);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{}', '{"owner":{"user":"x","password":""}}'])(
    'are refused when the file holds %j',
    (text) => {
      const directory = fresh();
      writeFileSync(join(directory, 'credentials.json'), text);
      expect(() => loadCredentials(directory)).toThrow(
        expect.objectContaining({ code: 'configuration_invalid' }),
      );
    },
  );
});
