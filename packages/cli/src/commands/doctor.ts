import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { urlOption } from './api-client.ts';

interface Check {
  readonly what: string;
  /** What was found, or what to do. Throws with the latter where the check fails. */
  readonly look: () => string | Promise<string>;
}

/** `tollgate doctor`: whether this machine can run Tollgate, and whether a running one answers. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check this machine and a running Tollgate, and say what to do')
    .addOption(urlOption())
    .addOption(new Option('--otlp-url <url>', 'the collector').default('http://127.0.0.1:4318'))
    .action(async ({ url, otlpUrl }: { url: string; otlpUrl: string }) => {
      const table = new Table({
        head: ['check', 'state', ''],
        style: { head: [], border: [] },
        wordWrap: true,
        colWidths: [22, 8, 80],
      });
      for (const check of checks(url, otlpUrl)) {
        const { ok, text } = await result(check);
        if (!ok) process.exitCode = 1;
        table.push([check.what, ok ? 'ok' : 'FAILED', text]);
      }
      console.log(table.toString());
    });
}

function checks(url: string, otlpUrl: string): readonly Check[] {
  return [
    { what: 'Node', look: nodeVersion },
    { what: 'embedded ClickHouse', look: engine },
    { what: 'query service', look: () => ready(url, 'Start it with `tollgate up`, or pass --url.') },
    { what: 'collector', look: () => ready(otlpUrl, 'Start it with `tollgate up`, or pass --otlp-url.') },
  ];
}

async function result({ look }: Check): Promise<{ ok: boolean; text: string }> {
  try {
    return { ok: true, text: await look() };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

async function engine(): Promise<string> {
  return (await import('@tollgate/clickhouse')).findEngineLibrary();
}

function nodeVersion(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.versions.node;
  throw new Error(`${process.versions.node} is too old: 22.15 or newer is needed.`);
}

async function ready(url: string, mend: string): Promise<string> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/readyz`, {
    signal: AbortSignal.timeout(5000),
  }).catch(() => undefined);
  if (response === undefined) throw new Error(`${url} does not answer. ${mend}`);
  const text = (await response.text()).slice(0, 200);
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  const detail = text.split('\n').slice(1).join(' ').trim();
  return detail === '' ? `${url} is ready` : `${url} is ready: ${detail}`;
}
