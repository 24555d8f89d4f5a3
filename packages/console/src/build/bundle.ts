import { fileURLToPath } from 'node:url';
import { buildAssets } from './build-assets.ts';

/** `pnpm bundle`: the pages of the published package, beside the compiled server part. */
await buildAssets(fileURLToPath(new URL('../../dist/assets/', import.meta.url)));
