import { build } from 'vite';
import { viteConfig } from './vite-config.ts';

/** Builds the pages into `outDir`, which is emptied before. Takes one to two seconds. */
export async function buildAssets(outDir: string): Promise<void> {
  const config = viteConfig();
  await build({ ...config, build: { ...config.build, outDir, emptyOutDir: true } });
}
