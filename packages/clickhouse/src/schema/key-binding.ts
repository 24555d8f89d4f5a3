import { TOLLGATE } from '@tollgate/contract';

/**
 * The workflows that a sender's key is bound to, as a JSON array; '' where the key speaks for all. Only collectors set it,
 * from the authenticated key, and it goes no further than this: it is in no table and in no hash, since a key may be bound
 * anew between a span and its repetition.
 */
const BOUND_TO = `ResourceAttributes['${TOLLGATE.principalWorkflows}']`;

/** The resource without what its key is bound to. */
export const RESOURCE = `mapFilter((k, v) -> k != '${TOLLGATE.principalWorkflows}', ResourceAttributes)`;

/** Names that a workflow file may have need no escapes, so the array's text holds them as they are; parsing it costs more. */
const foreign = (workflow: string) =>
  `(position(${BOUND_TO}, concat('"', ${workflow}, '"')) = 0 OR NOT match(${workflow}, '^[a-z0-9][a-z0-9_.-]{0,63}$'))`;

/** A name that comes twice could be read as either. */
const claimedIn = (attributes: string) => {
  const workflow = `${attributes}['${TOLLGATE.workflow}']`;
  return `(${workflow} != '' AND ${foreign(workflow)}) OR countEqual(mapKeys(${attributes}), '${TOLLGATE.workflow}') > 1`;
};

const RECORD = `SpanAttributes['${TOLLGATE.record}']`;
/** What the views store as the record's workflow. */
const RECORDED = `JSONExtractString(${RECORD}, 'workflow')`;

/**
 * Whether a span claims a workflow that its key is not bound to: by attribute, on span or resource, or by its evidence record,
 * which has to name exactly one, as canonical JSON does: without blanks and escapes.
 */
export const FOREIGN_WORKFLOW = `${BOUND_TO} != '' AND (
      ${claimedIn('SpanAttributes')}
      OR ${claimedIn('ResourceAttributes')}
      OR (${RECORD} != '' AND (
        countSubstrings(${RECORD}, '"workflow":') != 1
        OR position(${RECORD}, concat('"workflow":"', ${RECORDED}, '"')) = 0
        OR ${foreign(RECORDED)})))`;
