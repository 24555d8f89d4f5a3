import { readFile } from 'node:fs/promises';
import { isRecord } from './result.ts';
import type { RawUsage } from './usage.ts';

/** More than this is not read: an agent's transcript, one JSON object a line. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Where Claude Code writes what a sub-agent of a session says. */
export function subAgentTranscript(sessionTranscript: string, agentId: string): string {
  return `${sessionTranscript.replace(/\.jsonl$/, '')}/subagents/agent-${agentId}.jsonl`;
}

/**
 * Final usage by response id. The message stream shows of a sub-agent's responses only how they began; its transcript
 * has them whole. Empty where there is none (sessions that are not persisted) or where it is written otherwise.
 */
export async function finalUsage(path: string): Promise<ReadonlyMap<string, RawUsage>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return new Map();
  }
  const found = new Map<string, RawUsage>();
  if (text.length > MAX_BYTES) return found;
  for (const line of text.split('\n')) {
    const message = messageIn(line);
    const { id, usage, stop_reason: stop } = message;
    if (typeof id === 'string' && typeof stop === 'string' && isRecord(usage)) found.set(id, usage);
  }
  return found;
}

function messageIn(line: string): Readonly<Record<string, unknown>> {
  if (!line.includes('"assistant"')) return {};
  try {
    const entry: unknown = JSON.parse(line);
    return isRecord(entry) && isRecord(entry['message']) ? entry['message'] : {};
  } catch {
    return {};
  }
}
