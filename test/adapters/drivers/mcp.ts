import { gateClient } from '@tollgate/instrumentation/mcp';
import { z } from 'zod';
import type { Driver } from '../driver.ts';
import { driveHost } from './mcp/host.ts';

/** `gateClient` around the SDK's own client, in a host's loop; the tools are those of a real server that knows of no gate. */
export const mcp: Driver = {
  name: 'mcp',
  title: 'Model Context Protocol, client',
  packageName: '@modelcontextprotocol/sdk',
  models: { none: 'a host asks the model itself; sampling is metered by the adapter, and tested there' },
  drive: (scene) =>
    driveHost(scene, {
      server: (server) => server,
      client: (client) =>
        gateClient(scene.tollgate, client, {
          details: Object.fromEntries(
            scene.tools.map(({ name, reads, rollbackNote }) => [name, { reads, rollbackNote }]),
          ),
          callId: ({ _meta }) => z.looseObject({ callId: z.string() }).safeParse(_meta).data?.callId,
        }),
    }),
};
