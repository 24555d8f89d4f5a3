/** A `#` and a number behind it, if not part of the id itself, in which each `#` is doubled. */
const USE = /^(.*?(?:^|[^#])(?:##)*)#\d+$/s;

/**
 * The id of the call that a sample is of: the second use of an id is a sample of its own, with the number of the use behind it
 * (`id#2`). Pure.
 */
export function callOfSample(call_id: string): string {
  return (USE.exec(call_id)?.[1] ?? call_id).replaceAll('##', '#');
}
