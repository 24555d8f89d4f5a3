import { type PassThrough, pipeline, Readable } from 'node:stream';
import { sha256Hex } from '@tollgate/contract';
import { ZipFile } from 'yazl';
import type { Deps } from '../deps.ts';
import { isoTime } from '../state/time.ts';
import { CountedFile } from './counted-file.ts';
import { MANIFEST, PACK_SCHEMA, type PackFile, type PackManifest } from './manifest.ts';
import { PACK_FORMATS, type PackFormat, partQuery } from './part-query.ts';
import { PARTS, type Part } from './parts.ts';
import type { PackScope } from './scope.ts';
import { storeStream } from './store-stream.ts';
import { packSummary } from './summary.ts';

export interface PackRequest {
  readonly scope: PackScope;
  readonly format: PackFormat;
  /** Whether what people and models wrote is part of it. */
  readonly content: boolean;
  readonly made_by: string;
  /** When, in nanoseconds since 1970. */
  readonly made_at: bigint;
  /** What is not in it, and why. */
  readonly left_out: readonly string[];
  /** Told the SHA-256 of the manifest, hex, before it leaves. */
  readonly onManifest: (sha256: string) => Promise<void>;
}

type PackDeps = Pick<Deps, 'store' | 'control'>;

/**
 * An evidence pack as a ZIP archive: a file a table, and last the manifest, because only then is it known what was handed
 * out. One file is read at a time, as fast as the archive is taken, so memory is bounded. Where the store cannot finish, the
 * archive ends without its directory, and does not open.
 */
export function makePack(deps: PackDeps, request: PackRequest, signal: AbortSignal): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as PassThrough;
  zip.on('error', (error: Error) => output.destroy(error));
  signal.addEventListener('abort', () => output.destroy(), { once: true });
  const mtime = new Date(Number(request.made_at / 1_000_000n));
  const add = (name: string, compress: boolean, open: () => Promise<Readable>) =>
    zip.addReadStreamLazy(name, { mtime, compress }, (opened) => {
      open().then(
        (stream) => opened(null, stream),
        (error: unknown) => opened(error, Readable.from([])),
      );
    });
  const files: PackFile[] = [];
  for (const part of PARTS.filter(({ content }) => content !== true || request.content))
    add(fileName(part, request), request.format !== 'parquet', () =>
      openPart(deps, part, request, { signal, done: (file) => files.push(file) }),
    );
  add(MANIFEST, true, async () => {
    const text = await manifestText(deps, request, files);
    await request.onManifest(sha256Hex(text));
    return Readable.from([text]);
  });
  zip.end();
  return output;
}

const fileName = ({ name }: Part, { format }: PackRequest): string =>
  `${name}.${PACK_FORMATS[format].extension}`;

async function openPart(
  deps: PackDeps,
  part: Part,
  request: PackRequest,
  { signal, done }: { readonly signal: AbortSignal; readonly done: (file: PackFile) => void },
): Promise<Readable> {
  const { scope, format } = request;
  const rows = await storeStream(deps, partQuery(part, scope, format), scope.params, signal);
  const counted = new CountedFile(format);
  counted.once('end', () => done({ name: fileName(part, request), about: part.about, ...counted.facts() }));
  // An error of either ends both; the archive hears of it as the file's.
  return pipeline(rows, counted, () => {});
}

async function manifestText(
  deps: PackDeps,
  { scope, format, made_at, made_by, left_out }: PackRequest,
  files: readonly PackFile[],
): Promise<string> {
  const manifest: PackManifest = {
    schema: PACK_SCHEMA,
    made_at: isoTime(made_at),
    made_by,
    installation: deps.control.writer,
    scope: { ...scope.asked },
    format,
    files: [...files],
    left_out: [...left_out],
    ...(await packSummary(deps, scope)),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
