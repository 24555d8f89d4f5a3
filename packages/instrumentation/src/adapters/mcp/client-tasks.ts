import type { OpenToolCall } from '../shared/open-tool.ts';
import { isRecord, settle, settleError } from './result.ts';

/** More calls than this are not followed; the oldest is then `unknown` at the end of its run. */
const MAX_TASKS = 1000;

/** Calls that a server goes on with as tasks. They end when a result is seen; those that nobody asks for again are `unknown`. */
export class ClientTasks {
  private readonly open = new Map<string, OpenToolCall>();

  /** True where the answer is a task, not a result. */
  readonly begun = (result: unknown, call: OpenToolCall): boolean => {
    const id = taskIdOf(isRecord(result) ? result['task'] : undefined);
    if (id === undefined) return false;
    this.open.set(id, call);
    const [oldest] = this.open.keys();
    if (this.open.size > MAX_TASKS && oldest !== undefined) this.open.delete(oldest);
    return true;
  };

  /** A request about a task, passed on; what it says of the task's end goes on record. */
  async follow(method: string, params: unknown, ask: () => Promise<unknown>): Promise<unknown> {
    const id = taskIdOf(params);
    const call = id === undefined ? undefined : this.open.get(id);
    if (id === undefined || call === undefined) return ask();
    let answer: unknown;
    try {
      answer = await ask();
    } catch (error) {
      if (method === 'tasks/result') await this.end(id, () => settleError(call, error));
      throw error;
    }
    const status = isRecord(answer) ? answer['status'] : undefined;
    if (method === 'tasks/result') await this.end(id, () => settle(call, answer));
    else if (status === 'failed') await this.end(id, () => call.failed(new Error('the task failed')));
    else if (status === 'cancelled') await this.end(id, () => call.lost());
    return answer;
  }

  private async end(id: string, say: () => Promise<unknown>): Promise<void> {
    this.open.delete(id);
    await say();
  }
}

function taskIdOf(task: unknown): string | undefined {
  return isRecord(task) && typeof task['taskId'] === 'string' ? task['taskId'] : undefined;
}
