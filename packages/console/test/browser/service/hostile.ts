/** Text that an agent, or whoever fed it, would send to reach a person's browser. */
export const hostile = {
  markup: `<img src=x onerror="window.owned=true"><script>window.owned=true</script>`,
  /** Reads as "safe.txt" where it is not shown for what it is. */
  bidi: '\u202etxt.efas\u202c\u200b',
} as const;

export const times = {
  ago: (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString(),
  ahead: (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString(),
} as const;
