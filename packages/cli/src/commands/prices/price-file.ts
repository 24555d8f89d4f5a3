import { readFile } from 'node:fs/promises';
import { parsePriceFile } from '@tollgate/contract';
import { issueLines } from '../../output/issues.ts';
import { UserError } from '../../output/user-error.ts';

/** Reads and checks a price file. @throws UserError naming each line that is wrong. */
export async function readPriceFile(file: string): Promise<string> {
  const text = await readText(file);
  const parsed = parsePriceFile(text);
  if (parsed.kind === 'invalid')
    throw new UserError(`${issueLines(file, parsed.issues)}\n${file} is not a valid price file.`);
  return text;
}

/** @throws UserError where it cannot be read */
export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `Cannot read ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
    );
  });
}
