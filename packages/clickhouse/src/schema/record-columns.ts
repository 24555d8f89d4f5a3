/** One field of an evidence record as a column; the record itself is kept verbatim beside them. */
type RecordColumn = {
  readonly name: string;
  /** Type of the field in the JSON, as JSONExtract is asked for it. */
  readonly json: string;
  readonly column: string;
  /** Column value from the parsed tuple `record`. */
  readonly value: string;
};

const text = (name: string): RecordColumn => ({
  name,
  json: 'String',
  column: 'String CODEC(ZSTD(1))',
  value: `record.${name}`,
});

const word = (name: string): RecordColumn => ({ ...text(name), column: 'LowCardinality(String)' });

/** Fields that only the parser needs. */
const SCHEMA: RecordColumn = text('schema');

export const RECORD_TIME = "fromUnixTimestamp64Nano(toInt64(ifNull(toUInt64OrNull(record.time), 0)), 'UTC')";
export const RECORD_ACTION_CLASS =
  'toUInt8(if(record.action_class IN (1, 2, 3), ifNull(record.action_class, 0), 0))';

const COLUMNS: readonly RecordColumn[] = [
  { name: 'run_id', json: 'String', column: 'UUID', value: 'run_id' },
  { name: 'writer', json: 'String', column: 'UUID', value: 'toUUIDOrZero(record.writer)' },
  { name: 'seq', json: 'Nullable(Int64)', column: 'UInt32', value: 'toUInt32(ifNull(record.seq, 0))' },
  text('prev'),
  word('kind'),
  { name: 'time', json: 'String', column: "DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))", value: RECORD_TIME },
  word('workflow'),
  word('policy_version'),
  word('owner'),
  word('team'),
  word('actor'),
  word('action'),
  { name: 'action_class', json: 'Nullable(Int64)', column: 'UInt8', value: RECORD_ACTION_CLASS },
  word('tool'),
  text('call_id'),
  word('model'),
  word('verdict'),
  word('reason'),
  word('enforcement'),
  word('outcome'),
  text('approval_id'),
  text('rollback_note'),
  word('final_status'),
];

/** Computed or copied, not parsed out of the record. */
const VERBATIM = [
  { name: 'hash', column: 'String CODEC(ZSTD(1))', value: 'lower(hex(SHA256(record_text)))' },
  { name: 'record', column: 'String CODEC(ZSTD(3))', value: 'record_text' },
] as const;

/** Elements of the tuple that a record is parsed into. */
export const recordFields = (): string =>
  [SCHEMA, ...COLUMNS].map(({ name, json }) => `${name} ${json}`).join(', ');

/** Columns that `evidence_records` and `service_records` share. */
export const recordColumns = (): string =>
  [...COLUMNS, ...VERBATIM].map(({ name, column }) => `${name} ${column}`).join(',\n    ');

/** The same columns' values in the view that fills `evidence_records`. */
export const recordValues = (): string =>
  [...COLUMNS, ...VERBATIM].map(({ name, value }) => `${value} AS ${name}`).join(',\n    ');
