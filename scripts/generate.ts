// Writes every generated file of the repository; with --check it only says which of them have drifted, and exits 1.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated/files.ts';

const check = process.argv.includes('--check');
const root = new URL('..', import.meta.url);
let drifted = 0;
for (const [path, text] of generatedFiles()) {
  const file = new URL(path, root);
  if (read(file) === text) continue;
  drifted += 1;
  if (check) console.error(`${path} has drifted from the catalogue it is made from`);
  else {
    mkdirSync(dirname(file.pathname), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
if (check && drifted > 0) {
  console.error('Run `npm run generate` and commit what it writes.');
  process.exitCode = 1;
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
