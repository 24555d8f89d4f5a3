import { AsyncLocalStorage } from 'node:async_hooks';
import { gateServer } from '@tollgate/instrumentation/mcp';
import type { Driver } from '../driver.ts';
import { driveHost } from './mcp/host.ts';

/** Outside of any run, as in a process of its own. */
const elsewhere = AsyncLocalStorage.snapshot();

/** `gateServer` around the SDK's own server, whose calls come from a client that knows of no gate; the run is the session's. */
export const mcpServer: Driver = {
  name: 'mcp-server',
  title: 'Model Context Protocol, server',
  packageName: '@modelcontextprotocol/sdk',
  models: { none: 'a server asks no models; sampling is metered by the adapter, and tested there' },
  drive: (scene) => {
    const { tollgate, run, tools } = scene;
    return driveHost(scene, {
      client: (client) => client,
      server: (server) =>
        gateServer(tollgate, server, {
          details: Object.fromEntries(
            tools.map(({ name, reads, rollbackNote }) => [name, { reads, rollbackNote }]),
          ),
          ...(run === undefined ? {} : { run: () => run }),
        }),
      arriving: (deliver) => elsewhere(deliver),
    });
  },
};
