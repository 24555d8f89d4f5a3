import { join } from 'node:path';
import { rounded } from '../../figures.ts';
import { CONNECTIONS } from '../measure/full-load.ts';
import type { Rig } from '../rig.ts';
import { BenchStore } from '../store.ts';
import { OTELCOL_VARIANTS, otelcol } from '../systems/otelcol.ts';
import { ours } from '../systems/ours.ts';

const DEFAULT_TABLE = 'exporter_default';
/** What is there before the first span. */
const NOT_OF_SPANS = new Set(['schema_migrations', 'price_book']);

/**
 * Bytes a span on disk, when everything is merged: all our tables and the log together, beside the table that the exporter makes for
 * itself, with the same spans.
 * @returns their ratio; undefined without the OpenTelemetry Collector
 */
export async function storage(rig: Rig): Promise<number | undefined> {
  const { spans } = rig.generator.prepared;
  rig.print('');
  rig.print(`bytes a span on disk, ${spans} spans, everything merged`);
  const own = await ownBytes(rig);
  if (rig.otelcol === undefined) return undefined;
  return rounded(own / (await defaultTableBytes(rig, rig.otelcol)));
}

async function ownBytes({ directory, generator, print }: Rig): Promise<number> {
  const { spans } = generator.prepared;
  const store = await BenchStore.open(join(directory, 'store'));
  const running = await ours.start(store);
  try {
    await running.send(generator, { kind: 'full', connections: CONNECTIONS });
    await store.waitForBodies(generator.prepared.bodies);
    const tables = Object.entries(await store.mergedBytes()).filter(([table]) => !NOT_OF_SPANS.has(table));
    const log = await running.ownBytes();
    for (const [table, bytes] of [...tables, ['log', log] as const])
      print(`  ${table.padEnd(24)}${rounded(bytes / spans)}`);
    const sum = tables.reduce((total, [, bytes]) => total + bytes, log);
    print(`  ${'all of ours'.padEnd(24)}${rounded(sum / spans)}`);
    return sum;
  } finally {
    await running.stop();
    await store.close();
  }
}

async function defaultTableBytes({ directory, generator, print }: Rig, binary: string): Promise<number> {
  const { spans } = generator.prepared;
  const store = await BenchStore.open(join(directory, 'store'));
  const system = otelcol(binary, { ...OTELCOL_VARIANTS.memory32k, ownTable: DEFAULT_TABLE });
  const running = await system.start(store);
  try {
    await running.send(generator, { kind: 'full', connections: CONNECTIONS });
    await store.waitForRows(spans, DEFAULT_TABLE);
    const bytes = await store.mergedBytes();
    const table = bytes[DEFAULT_TABLE] ?? Number.NaN;
    print(`  ${'the exporter’s table'.padEnd(24)}${rounded(table / spans)}`);
    const index = bytes[`${DEFAULT_TABLE}_trace_id_ts`];
    if (index !== undefined)
      print(`  ${'its index of traces'.padEnd(24)}${rounded(index / spans)} (left out of the comparison)`);
    return table;
  } finally {
    await running.stop();
    await store.close();
  }
}
