import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { destination, type Logger, pino } from 'pino';

/** Structured logs go into a file beside the data, so that the terminal keeps to what a person needs to read. */
export function fileLogger(directory: string): { logger: Logger; file: string } {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'tollgate.log');
  return {
    logger: pino(
      { level: process.env['LOG_LEVEL'] ?? 'info' },
      destination({ dest: file, mkdir: true, sync: false }),
    ),
    file,
  };
}
