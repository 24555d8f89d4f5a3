import { DATABASE } from '../roles.ts';
import { FRAGMENTS } from '../schema/fragments.ts';
import { rolledVersions } from '../schema/rolled-days.ts';
import { orderedByRun } from '../schema/run-order.ts';

/** Where the statements will run: one server, or a cluster by its name in `remote_servers`. */
export type Target = { readonly kind: 'single' } | { readonly kind: 'cluster'; readonly cluster: string };

/** A cluster's name goes into SQL as an identifier. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * The statements of a migration file for one target: one file serves both, so that the variants cannot drift apart.
 * @throws RangeError for a placeholder that nobody fills, or a cluster name that is none
 */
export function renderMigration(text: string, target: Target): readonly string[] {
  if (target.kind === 'cluster' && !NAME.test(target.cluster))
    throw new RangeError(`not a cluster name: ${target.cluster}`);
  const rendered = text.replaceAll(
    /\$\{([A-Z_]+)(?:\(([a-z_]*)\))?\}/g,
    (_, name: string, argument?: string) => fill(name, argument, target),
  );
  return statements(rendered);
}

function fill(name: string, argument: string | undefined, target: Target): string {
  if (name === 'DATABASE') return DATABASE;
  if (name === 'ON_CLUSTER') return onCluster(target);
  if (name === 'DURABLE') return durable(target);
  if (name === 'REPLACING') return engine('Replacing', argument ?? '', target);
  if (name === 'AGGREGATING') return engine('Aggregating', '', target);
  if (name === 'ORDERED_BY_RUN')
    return orderedByRun(argument ?? '', {
      onCluster: onCluster(target),
      engine: (version) => engine('Replacing', version, target, '{uuid}'),
      durable: durable(target),
    });
  if (name === 'ROLLED_VERSIONS') return rolledVersions(argument ?? '');
  const fragment = FRAGMENTS[name];
  if (fragment === undefined) throw new RangeError(`no such placeholder: ${name}`);
  return fragment;
}

/** Where a statement that changes the schema runs. */
export const onCluster = (target: Target): string =>
  target.kind === 'single' ? '' : `ON CLUSTER ${target.cluster}`;

function engine(
  merging: 'Replacing' | 'Aggregating',
  version: string,
  target: Target,
  name = '{table}',
): string {
  if (target.kind === 'single') return `${merging}MergeTree(${version})`;
  const path = `'/clickhouse/tables/{shard}/{database}/${name}', '{replica}'`;
  return `Replicated${merging}MergeTree(${version === '' ? path : `${path}, ${version}`})`;
}

/** An acknowledged row survives a power loss, and an insert sent again under its token changes nothing. */
function durable({ kind }: Target): string {
  const window =
    kind === 'single' ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window';
  return `${window} = 10000, fsync_after_insert = 1, fsync_part_directory = 1`;
}

/** Statements end with a semicolon at the end of a line; comments lead them. */
function statements(text: string): readonly string[] {
  return text
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.replaceAll(/^\s*--.*$/gm, '').trim())
    .filter((statement) => statement !== '');
}
