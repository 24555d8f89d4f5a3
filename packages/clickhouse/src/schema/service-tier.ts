import { STANDARD_TIERS } from '@tollgate/contract';
import { textOf } from './attribute-text.ts';
import { list } from './sql.ts';

/** SQL for the tier that a call was served at: '' for the standard one, others in lower case as sent. */
export function serviceTier(): string {
  const sent = `lower(substringUTF8(${textOf('service_tier')}, 1, 64))`;
  return `if(${sent} IN ${list(STANDARD_TIERS)}, '', ${sent})`;
}
