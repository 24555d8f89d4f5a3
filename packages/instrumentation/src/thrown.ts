/** Anything can be thrown: also what says something else than text, or, as an object without a prototype, nothing at all. */
export function messageOf(thrown: unknown): string {
  return textOf(() => (thrown instanceof Error ? thrown.message : thrown)) ?? 'what was thrown has no words';
}

/** The name of its class, where it is an error. */
export function nameOf(thrown: unknown): string {
  return textOf(() => (thrown instanceof Error ? thrown.name : undefined)) ?? 'error';
}

function textOf(say: () => unknown): string | undefined {
  try {
    const said = say();
    return said === undefined ? undefined : String(said);
  } catch {
    return undefined;
  }
}
