import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Driver } from '../driver.ts';

const manifest = z.object({ version: z.string() });

/** The installed version of the framework that a driver drives, read from its own package.json. */
export function versionOf({ packageName }: Driver): string {
  if (packageName === null) return '';
  const file = new URL(`../../node_modules/${packageName}/package.json`, import.meta.url);
  return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
