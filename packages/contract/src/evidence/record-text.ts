import { z } from 'zod';
import { type EvidenceRecord, evidenceRecord } from './record.ts';

/** The record's shape with its keys in canonical order, in which zod then hands them back. */
const inOrder = z.strictObject(
  Object.fromEntries(Object.entries(evidenceRecord.shape).sort(([a], [b]) => (a < b ? -1 : 1))),
);

/**
 * A record's RFC 8785 text, of a record that is one. A record of flat fields, as every tool call leaves two, is written
 * natively in the order of its schema; what that would not write canonically (inner objects, lone surrogates) is sorted and
 * mended piece by piece, so that no hostile name keeps itself off the record: U+FFFD for a surrogate, a number that is not
 * I-JSON as text.
 * @throws ZodError for what is no record
 */
export function recordText(record: EvidenceRecord): string {
  const checked = inOrder.parse(record) as EvidenceRecord;
  if (!isFlat(checked)) return write(checked);
  const text = JSON.stringify(checked);
  return text.includes('\\ud') ? write(checked) : text;
}

function isFlat({ detail, usage, cost, digests }: EvidenceRecord): boolean {
  const nested = detail !== undefined || usage !== undefined || cost !== undefined;
  return !nested && (digests === undefined || Object.keys(digests).length === 1);
}

function write(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (typeof value === 'number') return exact(value) ? String(value) : `"${value}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const byKey = new Map(entries.map(([key, inner]) => [key.toWellFormed(), inner]));
  const fields = [...byKey.keys()].sort().map((key) => `${JSON.stringify(key)}:${write(byKey.get(key))}`);
  return `{${fields.join(',')}}`;
}

/** I-JSON has no other numbers. */
function exact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
