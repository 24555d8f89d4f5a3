/** What views want of an evidence record, as texts where it has texts. */
const TEXTS = [
  'kind',
  'writer',
  'time',
  'workflow',
  'policy_version',
  'owner',
  'team',
  'call_id',
  'tool',
  'action',
  'verdict',
  'reason',
  'enforcement',
  'outcome',
  'approval_id',
  'rollback_note',
] as const;
const NUMBERS = ['seq', 'action_class'] as const;

/** SQL for the type of a record's facts. */
export const RECORD_FACTS_TYPE = `Tuple(${[
  ...TEXTS.map((name) => `${name} String`),
  ...NUMBERS.map((name) => `${name} UInt64`),
].join(', ')})`;

const RECORD = "SpanAttributes['tollgate.record']";
/** An array would be read by position; it is no record. */
const OBJECT = `if(startsWith(trim(LEADING ' \\t\\r\\n' FROM ${RECORD}), '['), '', ${RECORD})`;

/** SQL for the facts of a landing row's record: '' and 0 for what it does not say. No text makes this throw. */
export const RECORD_FACTS = `JSONExtract(${OBJECT}, '${RECORD_FACTS_TYPE}')`;
