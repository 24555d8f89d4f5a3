import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../src/server/directory-lock.ts';

describe('the lock of a data directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-lock-'));
  const path = join(directory, 'server.lock');
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is held until it is given back', () => {
    const lock = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(
      expect.objectContaining({
        code: 'directory_locked',
        message: expect.stringContaining(String(process.pid)),
      }),
    );
    lock.release();
    lockDirectory(directory).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path, JSON.stringify({ pid, started: '1' }));
    lockDirectory(directory).release();
  });

  it('is taken over from a process whose number another one has now', () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'long ago' }));
    lockDirectory(directory).release();
  });

  it('is taken over when a crash left it torn', () => {
    writeFileSync(path, '{"pi');
    lockDirectory(directory).release();
  });
});
