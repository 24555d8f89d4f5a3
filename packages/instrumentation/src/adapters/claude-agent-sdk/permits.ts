import { canonicalJson } from '@tollgate/contract';
import type { OpenToolCall } from '../shared/open-tool.ts';

/** A call that the gate has let through. Claude Code has still to say that it dispatches it, and then how it ended. */
export interface Permit {
  readonly open: OpenToolCall;
  readonly args: Readonly<Record<string, unknown>>;
  readonly text: string;
  dispatched: boolean;
}

/** Open permits by Claude Code's id of the call, which is the model's and may come twice. */
export class Permits {
  private readonly byId = new Map<string, Permit[]>();

  add(id: string, open: OpenToolCall, args: Readonly<Record<string, unknown>>): Permit {
    const permit = { open, args, text: canonicalJson(args), dispatched: false };
    this.byId.set(id, [...(this.byId.get(id) ?? []), permit]);
    return permit;
  }

  /** The permit of this call; where several have its id, the one with these very arguments. */
  find(id: string, input: unknown, dispatched: boolean): Permit | undefined {
    const candidates = (this.byId.get(id) ?? []).filter((permit) => permit.dispatched === dispatched);
    return candidates.find(({ text }) => text === textOf(input)) ?? candidates[0];
  }

  /** Takes out what is left under an id. */
  takeAll(id: string): readonly Permit[] {
    const left = this.byId.get(id) ?? [];
    this.byId.delete(id);
    return left;
  }

  remove(id: string, permit: Permit): void {
    const left = (this.byId.get(id) ?? []).filter((other) => other !== permit);
    if (left.length === 0) this.byId.delete(id);
    else this.byId.set(id, left);
  }

  ids(): readonly string[] {
    return [...this.byId.keys()];
  }
}

export function textOf(input: unknown): string | undefined {
  try {
    return canonicalJson(input);
  } catch {
    return undefined;
  }
}
