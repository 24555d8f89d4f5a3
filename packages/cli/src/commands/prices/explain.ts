import type { InputOf } from '@tollgate/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { explanationText } from '../../output/explanation.ts';
import { UserError } from '../../output/user-error.ts';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption, moment } from './options.ts';

interface ExplainOptions extends Connection {
  readonly provider?: string;
  readonly model?: string;
  readonly usage?: Readonly<Record<string, number>>;
  readonly workflow?: string;
  readonly tier?: string;
  readonly at?: string;
  readonly json?: true;
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('one call’s cost, line by line: which report counted and why, at which price, from where')
    .argument('[call]', 'a stored call: RUN_ID/SPAN_ID')
    .option('--provider <provider>', 'instead: a call to this provider')
    .option('--model <model>', 'and this model, by the names that calls send')
    .addOption(
      new Option(
        '--usage <counts>',
        'with these tokens, e.g. input=1200,cache_read=800,output=300',
      ).argParser(usage),
    )
    .option('--workflow <workflow>', 'as a call of this workflow')
    .option('--tier <tier>', 'served by this tier: standard, batch, flex, priority …')
    .addOption(
      new Option('--at <time>', 'as a call of this date or time (UTC); now when left out').argParser(moment),
    )
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (call: string | undefined, options: ExplainOptions) => {
      const answer = await callApi(options, 'GET /v1/prices/explain', { query: queryOf(call, options) });
      console.log(options.json === true ? JSON.stringify(answer, null, 2) : explanationText(answer));
    });
}

type Query = NonNullable<InputOf<'GET /v1/prices/explain'>['query']>;

function queryOf(call: string | undefined, options: ExplainOptions): Query {
  const { provider, model, usage: counts, workflow, tier, at } = options;
  if (call !== undefined) {
    const [run_id, span_id, ...more] = call.split('/');
    if (!run_id || !span_id || more.length > 0 || !/^[0-9a-f]{16}$/.test(span_id))
      throw new UserError(
        `${call} is not RUN_ID/SPAN_ID: write a run’s id, a slash and the 16 hex digits of the span that reports the call. \`GET /v1/runs/RUN_ID/evidence\` lists them as model_calls.`,
      );
    return { run_id, span_id };
  }
  if (provider === undefined || model === undefined || counts === undefined)
    throw new UserError(
      'Say which call: RUN_ID/SPAN_ID, or --provider, --model and --usage input=…,output=….',
    );
  return {
    ...{ provider, model, ...counts },
    ...(workflow === undefined ? {} : { workflow }),
    ...(tier === undefined ? {} : { service_tier: tier }),
    ...(at === undefined ? {} : { at }),
  };
}

const KINDS = ['input', 'output', 'cache_read', 'cache_creation', 'cache_creation_1h', 'reasoning'];

function usage(text: string): Readonly<Record<string, number>> {
  const counts = text.split(',').map((part): [string, number] => {
    const [, kind = '', count = ''] = /^([a-z0-9_]+)=(\d{1,10})$/.exec(part.trim()) ?? [];
    if (!KINDS.includes(kind))
      throw new InvalidArgumentError(
        `write some of ${KINDS.join(', ')}, each as kind=tokens, with commas between.`,
      );
    return [`${kind}_tokens`, Number(count)];
  });
  return Object.fromEntries(counts);
}
