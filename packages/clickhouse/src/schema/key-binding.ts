import { TOLLGATE } from '@tollgate/contract';

/**
 * The workflows that a sender's key is bound to, as a JSON array; '' where the key speaks for all. Only collectors set it,
 * from the authenticated key, and it goes no further than this: it is in no table and in no hash, since a key may be bound
 * anew between a span and its repetition.
 */
const BOUND_TO = `ResourceAttributes['${TOLLGATE.principalWorkflows}']`;
const ALLOWED = `JSONExtract(${BOUND_TO}, 'Array(String)')`;

/** The resource as its sender and its key describe it. */
export const RESOURCE = `if(${BOUND_TO} = '', ResourceAttributes,
    mapFilter((k, v) -> k != '${TOLLGATE.principalWorkflows}', ResourceAttributes))`;

const foreign = (workflow: string) => `${workflow} != '' AND NOT has(${ALLOWED}, ${workflow})`;

/** In every occurrence: a map may hold a name twice. */
const claimedIn = (attributes: string) =>
  `arrayExists((k, v) -> k = '${TOLLGATE.workflow}' AND ${foreign('v')}, mapKeys(${attributes}), mapValues(${attributes}))`;

const RECORD = `SpanAttributes['${TOLLGATE.record}']`;
const KEYS = `JSONExtractKeys(${RECORD})`;

/**
 * Whether a span claims a workflow that its key is not bound to: by attribute, on span or resource, or by its evidence record.
 * A record that two parsers could read differently (no object, keys repeated or out of order, a workflow that is no text)
 * cannot be checked, so it is not let through either.
 */
export const FOREIGN_WORKFLOW = `${BOUND_TO} != '' AND (
      ${claimedIn('SpanAttributes')}
      OR ${claimedIn('ResourceAttributes')}
      OR (${RECORD} != '' AND (
        empty(${KEYS}) OR ${KEYS} != arraySort(arrayDistinct(${KEYS}))
        OR (has(${KEYS}, 'workflow') AND JSONType(${RECORD}, 'workflow') != 'String')
        OR (${foreign(`JSONExtractString(${RECORD}, 'workflow')`)}))))`;
