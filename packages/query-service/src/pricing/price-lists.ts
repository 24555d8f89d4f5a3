import {
  INSTALLED_PRICES,
  type PriceBook,
  type PriceFile,
  type PriceList,
  parsePriceFile,
  parsePriceListFile,
  priceBook,
  TollgateError,
} from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { isoFromNanos, select } from '../runs/select.ts';

type StoreDeps = Pick<Deps, 'store'>;

/** A price list replaces the one that came with the service; a price file stands over whichever list there is. */
export const PRICE_LIST_KINDS = ['list', 'price_file'] as const;
export type PriceListKind = (typeof PRICE_LIST_KINDS)[number];

const newestRow = z.object({ kind: z.enum(PRICE_LIST_KINDS), version: z.string(), loaded_at: z.string() });
const documentRow = z.object({ document: z.string() });

const NEWEST = `
  SELECT p.kind AS kind, argMax(p.version, p.loaded_at) AS version, toString(max(p.loaded_at)) AS loaded_at
  FROM price_lists AS p GROUP BY p.kind ORDER BY kind`;
const DOCUMENT = `
  SELECT document FROM price_lists WHERE kind = {kind:String} AND version = {version:String} ORDER BY loaded_at DESC LIMIT 1`;

/** The book by the service's store, and what it was made of: one of a service is at hand at a time. */
const books = new WeakMap<Deps['store'], { readonly key: string; readonly book: PriceBook }>();

/** The price book in force: what the newest list and the newest price file say. It is made anew only where one has changed. */
export async function currentBook(deps: StoreDeps): Promise<PriceBook> {
  const newest = await select(deps, newestRow, NEWEST, {});
  const key = JSON.stringify(newest);
  const known = books.get(deps.store);
  if (known?.key === key) return known.book;
  const version = (kind: PriceListKind) => newest.find((row) => row.kind === kind)?.version;
  const [list, file] = await Promise.all([
    readList(deps, version('list')),
    readPriceFile(deps, version('price_file')),
  ]);
  const book = priceBook(list, file);
  books.set(deps.store, { key, book });
  return book;
}

/** The version that costs will carry. @throws TollgateError `invalid_request` naming what is wrong with the document, by line */
export function priceListVersion({ kind, document }: { kind: PriceListKind; document: string }): string {
  return kind === 'list' ? listOf(document).version : fileOf(document).version;
}

/** Puts a list or a price file in force, from now on. @throws TollgateError `invalid_request` naming what is wrong with it, by line */
export async function loadPrices(
  deps: StoreDeps,
  loaded_by: string,
  loaded: { kind: PriceListKind; document: string },
): Promise<void> {
  const { kind, document } = loaded;
  const version = priceListVersion(loaded);
  await deps.store.service.insert({
    table: 'price_lists',
    values: [{ kind, version, document, loaded_by }],
    format: 'JSONEachRow',
  });
}

export const priceListAnswer = z.object({
  kind: z.enum(PRICE_LIST_KINDS),
  version: z.string(),
  /** Who put it in force. */
  loaded_by: z.string(),
  loaded_at: z.iso.datetime(),
  /** The price file as it was given; null for a list. */
  document: z.string().nullable(),
});

const historyRow = z.object({
  kind: z.enum(PRICE_LIST_KINDS),
  version: z.string(),
  loaded_by: z.string(),
  loaded_at: isoFromNanos,
  document: z.string().nullable(),
});
const HISTORY = `
  SELECT p.kind AS kind, p.version AS version, p.loaded_by AS loaded_by, toString(toUnixTimestamp64Nano(p.loaded_at)) AS loaded_at,
    if(p.kind = 'price_file', p.document, NULL) AS document
  FROM price_lists AS p ORDER BY p.loaded_at DESC, kind LIMIT 200`;

/** What was put in force, the newest first; at most two hundred. */
export const readPriceLists = (deps: StoreDeps): Promise<readonly z.output<typeof historyRow>[]> =>
  select(deps, historyRow, HISTORY, {});

async function readList(deps: StoreDeps, version: string | undefined): Promise<PriceList> {
  return version === undefined ? INSTALLED_PRICES : listOf(await documentOf(deps, 'list', version));
}

async function readPriceFile(deps: StoreDeps, version: string | undefined) {
  return version === undefined ? undefined : fileOf(await documentOf(deps, 'price_file', version));
}

async function documentOf(deps: StoreDeps, kind: PriceListKind, version: string): Promise<string> {
  const [row] = await select(deps, documentRow, DOCUMENT, { kind, version });
  return row?.document ?? '';
}

/** An empty document is the list that came with this service. */
function listOf(document: string): PriceList {
  if (document === '') return INSTALLED_PRICES;
  const parsed = parsePriceListFile(document);
  if (parsed.kind === 'valid') return parsed.list;
  throw new TollgateError('invalid_request', `The price list is not valid: ${parsed.message}`);
}

function fileOf(document: string): { version: string; file: PriceFile } {
  const parsed = parsePriceFile(document);
  if (parsed.kind === 'valid') return parsed;
  throw new TollgateError('invalid_request', 'The price file is not valid.', { issues: parsed.issues });
}
