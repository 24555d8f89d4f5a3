import { Command } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';
import { jsonOption } from './prices/options.ts';

interface EvaluateOptions extends Connection {
  readonly full?: boolean;
  readonly json?: true;
}

/** `tollgate evaluate`: the controls, now. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('evaluate the controls now, over what is new; the service does so by itself all the time')
    .option('--full', 'over everything that is stored, which may take long; on record under your name')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ full = false, json, ...connection }: EvaluateOptions) => {
      const counts = await callApi(connection, 'POST /v1/controls/evaluate', { body: { full } });
      if (json === true) return console.log(JSON.stringify(counts, null, 2));
      const { runs, raised, reopened, updated, cleared, sampled } = counts;
      console.log(`${runs} runs judged, ${sampled} actions newly chosen for review.`);
      console.log(
        `Flags: ${raised} raised, ${reopened} opened again, ${updated} changed, ${cleared} cleared.`,
      );
    });
}
