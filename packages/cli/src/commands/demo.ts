import { Command } from 'commander';
import { type ClickHouseOption, clickhouseOption } from './common.ts';

/** `tollgate demo`: five departments' agents, in a directory of its own that is removed afterwards. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the demo to its end, print the summary of runs, costs and flags, and exit')
    .addOption(clickhouseOption())
    .action(async (options: ClickHouseOption) => (await import('../system/demo-only.ts')).demoOnly(options));
}
