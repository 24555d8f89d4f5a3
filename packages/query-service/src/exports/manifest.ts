import { z } from 'zod';

/** Version of the pack's form. */
export const PACK_SCHEMA = 'tollgate.pack/1';
export const MANIFEST = 'manifest.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const file = z.strictObject({
  name: z.string().regex(/^[a-z_]+\.(jsonl|csv|parquet)$/),
  about: z.string(),
  bytes: z.int().nonnegative(),
  sha256,
  rows: z.int().nonnegative().nullable(),
});
export type PackFile = z.output<typeof file>;

/** What a pack says of itself: with it, whoever has the pack can tell that nothing in it was changed, added or left out. */
export const packManifest = z.strictObject({
  schema: z.literal(PACK_SCHEMA),
  made_at: z.iso.datetime(),
  /** The person who had it made. */
  made_by: z.string(),
  /** Of which installation: the service's writer id, which its records carry. */
  installation: z.string(),
  scope: z.strictObject({
    run_id: z.string().optional(),
    workflow: z.string().optional(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  format: z.enum(['jsonl', 'csv', 'parquet']),
  files: z.array(file),
  /** What is not in it, and why. */
  left_out: z.array(z.string()),
  /** Files of workflows by version, with their digests. */
  workflow_files: z.array(
    z.strictObject({
      workflow: z.string(),
      policy_version: z.string(),
      registered_by: z.string(),
      registered_at: z.string(),
      sha256,
    }),
  ),
  /** What controls found, in flags by their state. */
  controls: z.array(
    z.strictObject({ control: z.string(), workflow: z.string(), state: z.string(), flags: z.int() }),
  ),
  /** Who had a part in it, and which. */
  people: z.array(z.strictObject({ name: z.string(), as: z.array(z.string()) })),
});
export type PackManifest = z.output<typeof packManifest>;
