#!/usr/bin/env node
import { StoreError } from '@tollgate/clickhouse';
import { TollgateError } from '@tollgate/contract';
import { UserError } from './output/user-error.ts';
import { program } from './program.ts';

try {
  await program().parseAsync();
} catch (error) {
  // What a person can mend is said plainly; anything else is a defect and keeps its stack.
  if (error instanceof UserError || error instanceof StoreError) console.error(error.message);
  else if (error instanceof TollgateError) console.error(`${error.message}\n${error.mend}`);
  else console.error(error);
  process.exitCode = 1;
}
