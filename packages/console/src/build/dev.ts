import { createServer } from 'vite';
import { viteConfig } from './vite-config.ts';

/** `pnpm dev`: the pages with reloading, over the service at TOLLGATE_URL. */
const target = process.env['TOLLGATE_URL'] ?? 'http://127.0.0.1:4319';
const origin = new URL(target).origin;

const server = await createServer({
  ...viteConfig(),
  logLevel: 'info',
  server: {
    host: '127.0.0.1',
    // The service checks Host and Origin, so both are rewritten to its own.
    proxy: { '/v1': { target, changeOrigin: true, headers: { origin } } },
  },
});
await server.listen();
server.printUrls();
