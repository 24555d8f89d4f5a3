import { basename, dirname } from 'node:path';
import type { LogFile, LogFiles } from '../../src/index.ts';

interface Stored {
  /** What the process sees. */
  bytes: Buffer;
  /** What survives a loss of power. */
  synced: Buffer;
}

/**
 * A file system in memory that forgets what was not synced, in parts: after a crash, a file has its synced bytes and any
 * number of those written since, or of other bytes in their place. Every operation may be told to fail, or to be the last.
 */
export class MemoryFiles implements LogFiles {
  readonly #files = new Map<string, Stored>();
  readonly aside: { readonly name: string; readonly bytes: Buffer }[] = [];
  /** Called before each operation; throws to let it fail. */
  before: (operation: string) => void = () => undefined;
  /** Nothing happens any more, and nobody is answered. */
  dead = false;
  locked = false;
  /** Bytes that may still be written; a file that is removed gives its own back. */
  room = Number.POSITIVE_INFINITY;

  /** What another process finds after this one has lost power. @param chance from 0 to 1, asked for every choice */
  afterCrash(chance: () => number): MemoryFiles {
    this.dead = true;
    const found = new MemoryFiles();
    for (const [path, { bytes, synced }] of this.#files) {
      const written = bytes.subarray(synced.length);
      const tail = Buffer.from(written.subarray(0, Math.floor(chance() * (written.length + 1))));
      if (tail.length > 0 && chance() < 0.5) tail[Math.floor(chance() * tail.length)] = 0xaa;
      const left = Buffer.concat([synced, tail]);
      found.#files.set(path, { bytes: left, synced: left });
    }
    return found;
  }

  /** Bytes of a file, for a test to change. */
  content(name: string): Buffer {
    const path = [...this.#files.keys()].find((each) => basename(each) === name);
    const stored = this.#files.get(path ?? '');
    if (!stored) throw new Error(`there is no ${name}`);
    return stored.bytes;
  }

  replace(name: string, bytes: Buffer): void {
    for (const path of this.#files.keys())
      if (basename(path) === name) this.#files.set(path, { bytes, synced: bytes });
  }

  get names(): string[] {
    return [...this.#files.keys()].map((path) => basename(path)).sort();
  }

  async #step(operation: string): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.dead) await new Promise(() => undefined);
    this.before(operation);
    if (this.dead) await new Promise(() => undefined);
  }

  lock = (): (() => void) => {
    if (this.locked) throw new Error('locked');
    this.locked = true;
    return () => {
      this.locked = false;
    };
  };

  setAside = async (_directory: string, name: string, bytes: Buffer): Promise<string> => {
    await this.#step('set aside');
    this.aside.push({ name, bytes: Buffer.from(bytes) });
    return name;
  };

  makeDirectory = (): Promise<void> => this.#step('make directory');

  list = async (directory: string): Promise<string[]> => {
    await this.#step('list');
    return [...this.#files.keys()]
      .filter((path) => dirname(path) === directory)
      .map((path) => basename(path));
  };

  size = async (path: string): Promise<number> => {
    await this.#step('size');
    return this.#of(path).bytes.length;
  };

  create = async (path: string): Promise<LogFile> => {
    await this.#step('create');
    if (this.#files.has(path)) throw new Error(`${path} is there already`);
    this.#files.set(path, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) });
    return this.#file(path);
  };

  open = async (path: string): Promise<LogFile> => {
    await this.#step('open');
    return this.#file(path);
  };

  rename = async (from: string, to: string): Promise<void> => {
    await this.#step('rename');
    this.#files.set(to, this.#of(from));
    this.#files.delete(from);
  };

  remove = async (path: string): Promise<void> => {
    await this.#step('remove');
    this.room += this.#files.get(path)?.bytes.length ?? 0;
    this.#files.delete(path);
  };

  #of(path: string): Stored {
    const stored = this.#files.get(path);
    if (!stored) throw new Error(`there is no ${path}`);
    return stored;
  }

  #file(path: string): LogFile {
    const stored = this.#of(path);
    return {
      write: async (parts, position) => {
        const bytes = Buffer.concat(parts);
        const put = (length: number) => {
          const end = Math.max(stored.bytes.length, position + length);
          const next = Buffer.alloc(end);
          stored.bytes.copy(next);
          bytes.copy(next, position, 0, length);
          stored.bytes = next;
        };
        try {
          await this.#step('write');
          if (bytes.length > this.room) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
          this.room -= bytes.length;
        } catch (error) {
          put(Math.floor(bytes.length / 2));
          throw error;
        }
        put(bytes.length);
      },
      datasync: async () => {
        await this.#step('sync');
        stored.synced = stored.bytes;
      },
      read: async (into, position) => {
        await this.#step('read');
        return stored.bytes.copy(into, 0, position, position + into.length);
      },
      truncate: async (length) => {
        await this.#step('truncate');
        stored.bytes = stored.bytes.subarray(0, length);
        stored.synced = stored.synced.subarray(0, length);
      },
      close: () => this.#step('close'),
    };
  }
}
