import type { ModelRequest } from '@openai/agents';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import { openTool } from '../shared/open-tool.ts';

/**
 * The Runner turns down arguments that are no JSON before any tool hears of them. Where the model's answer is seen, the
 * refusal goes on record all the same.
 */
export async function recordUnparsable(
  tollgate: Tollgate,
  request: ModelRequest,
  output: readonly unknown[],
): Promise<void> {
  for (const item of output) {
    const { type, name, callId, arguments: text } = Object(item) as Record<string, unknown>;
    if (type !== 'function_call' || typeof name !== 'string' || typeof text !== 'string') continue;
    if (request.handoffs.some(({ toolName }) => toolName === name)) continue;
    if (isJson(text)) continue;
    const parameters = {
      safeParse: () => {
        throw new Error('JSON');
      },
    };
    try {
      await openTool(tollgate, { name, parameters }, text, {
        callId: typeof callId === 'string' ? callId : undefined,
      });
    } catch (error) {
      // On record, which is all that is wanted here: the Runner tells the model.
      if (!(error instanceof ToolRefused)) throw error;
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
