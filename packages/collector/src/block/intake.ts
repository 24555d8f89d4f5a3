import { BodyTooLarge } from '../otlp/message-meter.ts';
import type { UndecodedSpan } from '../otlp/model.ts';
import type { LandingRow } from '../rows/landing-row.ts';
import { type Placed, undecodedRow } from '../rows/placed.ts';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import { Rejections } from '../rows/rejections.ts';
import { type RowDefect, rowDefect } from '../rows/row-defect.ts';
import type { Appended, BodySource } from './body-source.ts';
import type { LandingColumns } from './landing-columns.ts';
import { appendLandingRow } from './landing-row-writer.ts';

/**
 * What is repeated in each row from a resource, and what is kept of refused spans, may be many times larger than the body. So
 * much is always allowed, and so many times the body.
 */
const MIN_EXPANSION = 64 * 1024 * 1024;
const EXPANSION = 8;

/** Where the spans of one body go. */
export class Intake {
  readonly quarantine: QuarantineRow[] = [];
  readonly rejections = new Rejections();
  readonly source: BodySource;
  readonly #columns: LandingColumns;
  readonly #maxExpansion: number;
  #expansion = 0;
  rows = 0;

  constructor(columns: LandingColumns, source: BodySource, bodyBytes: number) {
    this.#columns = columns;
    this.source = source;
    this.#maxExpansion = Math.max(MIN_EXPANSION, EXPANSION * bodyBytes);
  }

  /** A row was appended. @param repeated how much of it stands in other rows as well, in bytes */
  added(defect: RowDefect | undefined, repeated: number): void {
    this.rows++;
    this.#expand(repeated);
    if (defect !== undefined) this.rejections.add(defect);
  }

  place(placed: Placed): void {
    if ('refused' in placed) this.#refuse(placed.refused);
    else {
      appendLandingRow(this.#columns, placed.row);
      this.added(rowDefect(placed.row, this.source.nowNs), repeatedBytes(placed.row));
    }
  }

  undecoded(span: UndecodedSpan): void {
    const { principal, maxRawBytes } = this.source;
    this.#refuse(undecodedRow(span, principal.principal, maxRawBytes));
  }

  result(): Appended {
    const { rows, quarantine, rejections } = this;
    return { kind: 'appended', spans: rows + quarantine.length, rows, quarantine, rejections };
  }

  #refuse(row: QuarantineRow): void {
    this.quarantine.push(row);
    this.rejections.add(row.reason, row.message);
    this.#expand(row.raw.length);
  }

  #expand(bytes: number): void {
    this.#expansion += bytes;
    if (this.#expansion > this.#maxExpansion)
      throw new BodyTooLarge(`its rows take more than ${this.#maxExpansion} bytes`);
  }
}

const repeatedBytes = ({ resourceAttributes, scopeName, scopeVersion }: LandingRow): number =>
  resourceAttributes.reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    scopeName.length + scopeVersion.length,
  );
