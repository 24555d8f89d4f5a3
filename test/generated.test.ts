import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from '../scripts/generated/files.ts';

describe('generated files have not drifted (npm run generate mends it)', () => {
  test.each(generatedFiles())('%s', (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
  });
});
