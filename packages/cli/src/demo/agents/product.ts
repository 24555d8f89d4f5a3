import type { Tollgate } from '@tollgate/instrumentation';
import { gateTools } from '@tollgate/instrumentation/ai-sdk';
import { type ToolSet, tool } from 'ai';
import { z } from 'zod';
import type { World } from '../world/world.ts';

/** Reads interview notes, which are files, and records requirements that name them. */
export function productTools(tollgate: Tollgate, { notes }: World): ToolSet {
  return gateTools(tollgate, {
    search_notes: tool({
      description: 'Notes that contain the words',
      inputSchema: z.object({ words: z.string() }),
      execute: ({ words }) => notes.search(words),
    }),
    read_note: tool({
      description: 'One note',
      inputSchema: z.object({ note: z.string() }),
      execute: ({ note }) => notes.read(note),
    }),
    create_requirement: tool({
      description: 'Records a requirement',
      inputSchema: z.object({ title: z.string(), text: z.string(), sources: z.array(z.string()).min(1) }),
      execute: (requirement) => notes.createRequirement(requirement),
    }),
  });
}
