import { Command, InvalidArgumentError, Option } from 'commander';
import type { UpOptions } from '../system/up.ts';
import { clickhouseOption } from './common.ts';

/** `tollgate up`: the whole system in one process, with the demo on its first start. */
export function upCommand(): Command {
  return (
    new Command('up')
      .description('start collector, API and console over an embedded ClickHouse')
      .option('--data <directory>', 'where everything is kept', './data')
      .addOption(new Option('--port <port>', 'API and console').default(4319).argParser(port))
      .addOption(new Option('--otlp-port <port>', 'collector, OTLP over HTTP').default(4318).argParser(port))
      .addOption(clickhouseOption())
      .option(
        '--private-webhooks',
        'let webhooks of incident paths lead to private networks and to this machine',
      )
      .option('--no-demo', 'leave the demo out, which otherwise runs on the first start')
      .option('--demo-only', 'run the demo in a directory of its own, print its summary and exit')
      // Imported when it is wanted: most commands need nothing of what a whole system is made of.
      .action(async (options: UpOptions & { readonly demoOnly?: true }) =>
        options.demoOnly === true
          ? (await import('../system/demo-only.ts')).demoOnly(options)
          : (await import('../system/up.ts')).up(options),
      )
  );
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}
