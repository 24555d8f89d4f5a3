import { REASON_CODES } from '../policy/reasons.ts';
import { ACTION_CLASSES, ENFORCEMENTS, OUTCOMES, VERDICTS } from '../words.ts';
import {
  type EvidenceRecord,
  evidenceRecord,
  RECORD_KINDS,
  RECORD_SCHEMA,
  type RecordFields,
} from './record.ts';

/**
 * A record's RFC 8785 text. The keys of a record are known, so it is laid out in canonical order instead of being sorted, and
 * a record of flat fields, as a tool call leaves, is written natively. What that would not write canonically (inner
 * objects, lone surrogates) is sorted and mended piece by piece, so that no hostile name keeps itself off the record: U+FFFD
 * for a surrogate, a number that is not I-JSON as text.
 * @throws ZodError for what is no record
 */
export function recordText(record: EvidenceRecord): string {
  if (!isPlain(record)) return write(evidenceRecord.parse(withoutAbsent(record)));
  const text = JSON.stringify(record);
  return text.includes('\\ud') ? write(record) : text;
}

/** The chain's part of a record, and what its writer knows, in the order of RFC 8785; what is absent is left out of the text. */
export function layOut(chained: ChainedFields, fields: RecordFields): Complete<EvidenceRecord> {
  for (const key in fields) if (!KEYS.has(key)) throw new TypeError(`A record has no field "${key}".`);
  return {
    action: fields.action,
    action_class: fields.action_class,
    actor: fields.actor,
    approval_id: fields.approval_id,
    call_id: fields.call_id,
    cost: fields.cost,
    detail: fields.detail,
    digests: fields.digests,
    enforcement: fields.enforcement,
    final_status: fields.final_status,
    kind: fields.kind,
    model: fields.model,
    outcome: fields.outcome,
    owner: fields.owner,
    policy_version: fields.policy_version,
    prev: chained.prev,
    reason: fields.reason,
    rollback_note: fields.rollback_note,
    run_id: chained.run_id,
    schema: RECORD_SCHEMA,
    seq: chained.seq,
    team: fields.team,
    time: fields.time,
    tool: fields.tool,
    usage: fields.usage,
    verdict: fields.verdict,
    workflow: fields.workflow,
    writer: chained.writer,
  };
}

type ChainedFields = Pick<EvidenceRecord, 'run_id' | 'writer' | 'seq' | 'prev'>;
type Complete<T> = { [K in keyof Required<T>]: T[K] };

const KEYS = new Set(Object.keys(evidenceRecord.shape));
const KINDS = new Set<unknown>(RECORD_KINDS);
const ABSENT = [undefined] as const;
const CLASSES = new Set<unknown>([...ABSENT, ...ACTION_CLASSES]);
const VERDICT = new Set<unknown>([...ABSENT, ...VERDICTS]);
const REASON = new Set<unknown>([...ABSENT, ...REASON_CODES]);
const ENFORCEMENT = new Set<unknown>([...ABSENT, ...ENFORCEMENTS]);
const OUTCOME = new Set<unknown>([...ABSENT, ...OUTCOMES]);
const TIME = /^\d{1,19}$/;
const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Whether a record is flat, and one by the strictest reading of its schema: the schema itself takes as long as all the rest
 * of a record. Whatever is not plain is for the schema.
 */
function isPlain(record: EvidenceRecord): boolean {
  const { detail, usage, cost, final_status, actor, digests } = record;
  const nested = detail ?? usage ?? cost ?? final_status ?? actor;
  return (
    nested === undefined &&
    KINDS.has(record.kind) &&
    CLASSES.has(record.action_class) &&
    VERDICT.has(record.verdict) &&
    REASON.has(record.reason) &&
    ENFORCEMENT.has(record.enforcement) &&
    OUTCOME.has(record.outcome) &&
    hasTexts(record) &&
    Number.isSafeInteger(record.seq) &&
    record.seq >= 0 &&
    TIME.test(record.time) &&
    HASH.test(record.prev) &&
    UUID.test(record.run_id) &&
    UUID.test(record.writer) &&
    (digests === undefined || areInOrder(digests))
  );
}

function hasTexts(record: EvidenceRecord): boolean {
  return (
    isText(record.workflow) &&
    isText(record.policy_version) &&
    isText(record.owner) &&
    isText(record.team) &&
    isTextOrAbsent(record.action) &&
    isTextOrAbsent(record.approval_id) &&
    isTextOrAbsent(record.call_id) &&
    isTextOrAbsent(record.model) &&
    isTextOrAbsent(record.rollback_note) &&
    isTextOrAbsent(record.tool)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** Digests, by names in canonical order; none at all is rare enough to be sorted. */
function areInOrder(digests: Record<string, unknown>): boolean {
  let last = '';
  for (const name in digests) {
    const digest = digests[name];
    if (name <= last || typeof digest !== 'string' || !DIGEST.test(digest)) return false;
    last = name;
  }
  return last !== '';
}

function withoutAbsent(record: EvidenceRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
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
