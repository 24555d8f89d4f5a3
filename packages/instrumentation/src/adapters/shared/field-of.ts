/**
 * What lies under these names, one inside the other, in something that nobody has checked. Undefined where there is nothing,
 * or nothing that can be read: a getter that throws is no reason for a call to fail.
 */
export function fieldOf(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null) return undefined;
    try {
      found = Reflect.get(found, name);
    } catch {
      return undefined;
    }
  }
  return found;
}
