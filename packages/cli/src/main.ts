#!/usr/bin/env node
import { TollgateError } from '@tollgate/contract';
import { UserError } from './output/user-error.ts';
import { program } from './program.ts';

try {
  await program().parseAsync();
} catch (error) {
  // What a person can mend is said plainly; anything else is a defect and keeps its stack.
  if (error instanceof UserError || isStoreError(error)) console.error(error.message);
  else if (error instanceof TollgateError) console.error(`${error.message}\n${error.mend}`);
  else console.error(error);
  process.exitCode = 1;
}

/** By its name: the store's package takes long to load, and most commands need nothing of it. */
function isStoreError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'StoreError';
}
