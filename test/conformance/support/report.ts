import { appendFile } from 'node:fs/promises';

/** Adds a line to what is printed when everything has ended: the result is the last that a run says. */
export async function report(file: string, line: string): Promise<void> {
  await appendFile(file, `${line}\n`);
}
