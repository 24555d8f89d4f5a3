import { z } from 'zod';

/**
 * Ids in requests. They may come in either case of letters (RFC 9562, section 4), and stores, records and chains have them in
 * lower case: as another text, one run would be two.
 */
export const uuid = z.uuid().toLowerCase();
export const uuidv7 = z.uuidv7().toLowerCase();
/** Of a run that the service did not name: it may be that of a trace. */
export const guid = z.guid().toLowerCase();
