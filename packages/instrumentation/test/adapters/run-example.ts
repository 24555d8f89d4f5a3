import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type House, SAM } from '../support/house.ts';

export const examplePath = (name: string) =>
  fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** What an example needs to find a house that a test has opened. */
export function exampleEnvironment(house: House): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    TOLLGATE_URL: house.service.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: house.collector.url,
    TOLLGATE_KEY: house.agentKey,
    TOLLGATE_OUTBOX: house.outbox,
    SAM_TOKEN: house.tokenOf(SAM),
  };
}

/** Runs an example to its end; resolves with what it printed. */
export async function runExample(
  name: string,
  house: House,
  more: Record<string, string> = {},
): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=tollgate-source', examplePath(name)], {
    env: { ...exampleEnvironment(house), ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}: ${printed}`);
  return printed;
}
