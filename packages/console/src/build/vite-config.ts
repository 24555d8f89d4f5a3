import { fileURLToPath } from 'node:url';
import type { InlineConfig } from 'vite';

/** The folder of the browser code: Vite's root. */
export const BROWSER_ROOT = fileURLToPath(new URL('../browser/', import.meta.url));

/**
 * One Vite configuration for the first-use build, the published bundle and the development server. What it makes needs
 * nothing but `default-src 'self'`: no inline script or style, no data URL, no eval.
 */
export function viteConfig(): InlineConfig {
  return {
    configFile: false,
    envDir: false,
    root: BROWSER_ROOT,
    publicDir: false,
    logLevel: 'error',
    resolve: { conditions: ['tollgate-source', 'module', 'browser'] },
    oxc: { jsx: { runtime: 'automatic' } },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: {
        // The contract's word lists are used, its parsers and digests are not: drop whatever a page does not import.
        treeshake: { moduleSideEffects: (id) => !/[\\/]contract[\\/]/.test(id) },
      },
    },
  };
}
