import { CONTENT } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { type RunTimes, timesParams, within } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';

const row = z.object({ span_hash: z.string(), content: z.record(z.string(), z.string()) });

const QUERY = `
  SELECT toString(c.span_hash) AS span_hash, c.content AS content
  FROM span_content AS c WHERE c.run_id = {run_id:UUID} AND ${within('c.start')} AND length(c.content) > 0 LIMIT 20000`;

const PREFIX = 'tollgate.content.';

/** Content of a run's spans: span hash → field → value. Canonical JSON is parsed; what does not parse stays text. */
export async function readContent(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes,
): Promise<ReadonlyMap<string, Readonly<Record<string, z.output<ReturnType<typeof z.json>>>>>> {
  const rows = await select(deps, row, QUERY, { run_id, ...timesParams(times) });
  return new Map(rows.map(({ span_hash, content }) => [span_hash, shown(content)]));
}

function shown(content: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(content)
      // The nonces prove the digests; they say nothing to a reader.
      .filter(([name]) => name !== CONTENT.nonces)
      .map(([name, text]) => [name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name, parsed(text)]),
  );
}

const json = z.json();

function parsed(text: string): z.output<typeof json> {
  try {
    return json.parse(JSON.parse(text));
  } catch {
    return text;
  }
}
