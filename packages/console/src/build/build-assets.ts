import { build } from 'vite';
import { viteConfig } from './vite-config.ts';

/**
 * Builds the pages into `outDir`, which is emptied before. Takes one to two seconds. The same sources give the same
 * files whatever NODE_ENV the process that asks first has: a test run must not leave React's development build behind.
 */
export async function buildAssets(outDir: string): Promise<void> {
  const config = viteConfig();
  await build({
    ...config,
    mode: 'production',
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: { ...config.build, outDir, emptyOutDir: true },
  });
}
