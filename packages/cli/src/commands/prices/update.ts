import { parsePriceListFile } from '@tollgate/contract';
import { Command } from 'commander';
import { UserError } from '../../output/user-error.ts';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption } from './options.ts';
import { readPriceFile, readText } from './price-file.ts';

interface UpdateOptions extends Connection {
  readonly file?: string;
  readonly priceFile?: string;
  readonly json?: true;
}

export function updateCommand(): Command {
  return new Command('update')
    .description('put a price list or a price file in force; nothing is fetched from the network')
    .option(
      '--file <file>',
      'a price list: data.json of the project genai-prices; without it, the one installed with the service',
    )
    .option(
      '--price-file <file>',
      'a price file of yours (YAML): negotiated prices, discounts, names of deployments',
    )
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ file, priceFile, json, ...connection }: UpdateOptions) => {
      if (file !== undefined && priceFile !== undefined)
        throw new UserError('Give --file or --price-file; each is put in force by itself.');
      const body = await bodyOf(file, priceFile);
      const answer = await callApi(connection, 'POST /v1/prices/lists', { body }, file ?? priceFile);
      if (json === true) return console.log(JSON.stringify(answer, null, 2));
      console.log(`before  ${answer.before.join(', ')}`);
      console.log(`after   ${answer.after.join(', ')}`);
      console.log(`${answer.changed_names} names of models cost something else from now on.`);
      console.log('Calls that were priced before keep their cost: tollgate prices reprice --superseded');
    });
}

async function bodyOf(file: string | undefined, priceFile: string | undefined) {
  if (priceFile !== undefined)
    return { kind: 'price_file' as const, document: await readPriceFile(priceFile) };
  if (file === undefined) return { kind: 'list' as const, document: '' };
  const document = await readText(file);
  const parsed = parsePriceListFile(document);
  if (parsed.kind === 'invalid') throw new UserError(`${file} is not a price list: ${parsed.message}`);
  return { kind: 'list' as const, document: compact(document) };
}

/** As it is read, without its layout: the list is long, and requests are bounded. */
const compact = (json: string): string => JSON.stringify(JSON.parse(json));
