import { z } from 'zod';
import { workflowFile } from './schema.ts';

/** JSON Schema (2020-12) of the workflow file, for editors to complete and check it while it is written. */
export function workflowJsonSchema(): Record<string, unknown> {
  return {
    title: 'Tollgate workflow',
    ...z.toJSONSchema(workflowFile, { io: 'input', target: 'draft-2020-12' }),
  };
}
