import { sha256Hex } from '@tollgate/contract';
import type { Call } from './prepare.ts';

/** More than these are not remembered: a run of so many unanswered requests has long met its stop condition. */
const MAX_OPEN = 1000;

type Asked = Pick<Call, 'text'> & { readonly tool: { readonly name: string } };

/**
 * Calls of a run that were refused although the service may still hold their approval: it was away when they were asked for,
 * withdrawn or used. The same tool and arguments wanted again are that same call, under its id, or an approval that nobody
 * took back could be used beside the new one.
 */
export class OpenRequests {
  private readonly callIds = new Map<string, string[]>();

  leftOpen(asked: Asked, callId: string): void {
    const key = keyOf(asked);
    if (key === undefined || this.callIds.size >= MAX_OPEN) return;
    this.callIds.set(key, [...(this.callIds.get(key) ?? []), callId]);
  }

  /** The id of an earlier call for the same, once. */
  take(asked: Asked): string | undefined {
    const key = this.callIds.size === 0 ? undefined : keyOf(asked);
    const [first, ...rest] = (key === undefined ? undefined : this.callIds.get(key)) ?? [];
    if (key === undefined || first === undefined) return undefined;
    if (rest.length === 0) this.callIds.delete(key);
    else this.callIds.set(key, rest);
    return first;
  }
}

function keyOf({ tool, text }: Asked): string | undefined {
  return text === undefined ? undefined : sha256Hex(`${tool.name}\n${text}`);
}
