import type { ToolHints } from '@tollgate/contract';
import { isRecord } from './result.ts';

/** A server that pages for longer than this is not listened to any more. */
const MAX_PAGES = 100;
/** What is not known may be anything. */
const WORST: ToolHints = { destructive: true };

/** What a server's listings say of its tools. What once raised a class stays: a later listing cannot talk it down. */
export interface ToolListings {
  note(listing: unknown): void;
  /** The listing is out of date; the next call asks again. */
  forget(): void;
  /** Lists, where this tool has not been heard of; where listing fails, the tool counts as destructive. */
  hintsOf(tool: string): Promise<ToolHints>;
}

export function openListings(list: (cursor: string | undefined) => Promise<unknown>): ToolListings {
  const hints = new Map<string, ToolHints>();
  let current = new Set<string>();
  const note = (listing: unknown): string | undefined => {
    if (!isRecord(listing) || !Array.isArray(listing['tools'])) return undefined;
    for (const tool of listing['tools'] as unknown[]) {
      if (!isRecord(tool) || typeof tool['name'] !== 'string') continue;
      current.add(tool['name']);
      hints.set(tool['name'], stricter(hints.get(tool['name']) ?? {}, hintsIn(tool['annotations'])));
    }
    return typeof listing['nextCursor'] === 'string' ? listing['nextCursor'] : undefined;
  };
  const listAll = async () => {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      cursor = note(await list(cursor));
      if (cursor === undefined) return;
    }
  };
  return {
    note,
    forget() {
      current = new Set();
    },
    async hintsOf(tool) {
      try {
        if (!current.has(tool)) await listAll();
      } catch {
        return WORST;
      }
      return hints.get(tool) ?? {};
    },
  };
}

function stricter(a: ToolHints, b: ToolHints): ToolHints {
  return {
    destructive: a.destructive === true || b.destructive === true,
    openWorld: a.openWorld === true || b.openWorld === true,
    readOnly: a.readOnly === false || b.readOnly === false ? false : (a.readOnly ?? b.readOnly),
  };
}

/** MCP's annotations in the gate's words; what is not a boolean says nothing. */
export function hintsIn(annotations: unknown): ToolHints {
  if (!isRecord(annotations)) return {};
  const flag = (name: string) => {
    const value = annotations[name];
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    destructive: flag('destructiveHint'),
    openWorld: flag('openWorldHint'),
    readOnly: flag('readOnlyHint'),
  };
}

/** What the application says of a tool, on top of what the server says; the stricter counts. */
export function raised(own: ToolHints | undefined, said: ToolHints): ToolHints {
  return own === undefined ? said : stricter(own, said);
}
