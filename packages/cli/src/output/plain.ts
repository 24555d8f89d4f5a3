/** What came from spans may hold control characters, which would move the cursor of whoever reads it at a terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}
