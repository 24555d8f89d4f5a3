import { mkdirSync, writeFileSync } from 'node:fs';
import { generatedFiles } from '../src/files.ts';

/** Writes the dashboards' JSON; test/generated.test.ts fails where it has drifted. */
for (const [path, text] of generatedFiles()) {
  const url = new URL(`../${path}`, import.meta.url);
  mkdirSync(new URL('.', url), { recursive: true });
  writeFileSync(url, text);
  console.log(`dashboards/${path}`);
}
