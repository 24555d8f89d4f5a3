import { describe, expect, it } from 'vitest';
import { findEngineLibrary } from '../../src/server/engine-library.ts';

describe('the engine for a platform', () => {
  it.each([
    { os: 'win32', arch: 'x64', glibc: undefined },
    { os: 'linux', arch: 'x64', glibc: undefined },
    { os: 'linux', arch: 'riscv64', glibc: '2.39' },
    { os: 'freebsd', arch: 'x64', glibc: undefined },
  ])('is missing on $os $arch (glibc $glibc), and the error says what to set instead', (platform) => {
    expect(() => findEngineLibrary(platform)).toThrow(
      expect.objectContaining({
        code: 'engine_unavailable',
        message: expect.stringContaining('CLICKHOUSE_URL'),
      }),
    );
  });
});
