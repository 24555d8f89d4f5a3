interface Ended {
  readonly outcome: string | null;
  readonly reason: string | null;
}

/** What an outcome that nobody saw means, and what to do about it; undefined where the outcome is known, or there is none. */
export function outcomeNote({ outcome, reason }: Ended): string | undefined {
  if (reason === 'already_dispatched')
    return 'An earlier process dispatched this call and was gone before its result came: it may have happened. It was not made a second time.';
  if (outcome === 'unknown')
    return 'The call was dispatched and its result was never seen: it may have happened. Look in the system that it acts on before anybody makes it again.';
  return undefined;
}

/** The same for a whole call: one that was let through and has no end on record may still run, or its process is gone. */
export function callNote(call: Ended & { readonly enforcement: string | null }): string | undefined {
  const unended = call.enforcement === 'executed' && call.outcome === null;
  return unended
    ? 'No end of it is on record: it may still run, or its process stopped. It may have happened.'
    : outcomeNote(call);
}
