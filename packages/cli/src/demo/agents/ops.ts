import type { Tollgate } from '@tollgate/instrumentation';
import { gateTools } from '@tollgate/instrumentation/ai-sdk';
import { type ToolSet, tool } from 'ai';
import { z } from 'zod';
import type { World } from '../world/world.ts';

/** Checks services over HTTP, and deploys to the one that it may change. */
export function opsTools(tollgate: Tollgate, { production }: World): ToolSet {
  return gateTools(tollgate, {
    check_health: tool({
      description: 'Asks a service whether it is healthy',
      inputSchema: z.object({ service: z.string() }),
      execute: ({ service }) => production.check(service),
    }),
    read_version: tool({
      description: 'The version of the shop that is in production',
      inputSchema: z.object({}),
      execute: () => production.version(),
    }),
    deploy: tool({
      description: 'Brings a version of a service into production',
      inputSchema: z.object({ service: z.string(), version: z.string() }),
      execute: ({ version }) => production.deploy(version),
    }),
    // Somebody added it to the code and not to the workflow file, so it is refused until the owner lists it.
    restart_service: tool({
      description: 'Restarts a service',
      inputSchema: z.object({ service: z.string() }),
      execute: ({ service }) => production.restart(service),
    }),
  });
}
