import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { close, listen } from '../support/gateway.ts';
import { openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { examplePath, runExample } from './run-example.ts';

const usage = {
  prompt_tokens: 1000,
  completion_tokens: 100,
  total_tokens: 1100,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 10 },
};

const asks = (name: string, args: unknown) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: `call-${name}`, type: 'function', function: { name, arguments: JSON.stringify(args) } }],
});
const says = (content: string) => ({ role: 'assistant', content });

/** A provider on loopback that speaks OpenAI's chat completions, saying `turns`. */
function provider(turns: readonly object[]) {
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const message = turns[heard.length] ?? says('');
    heard.push(body);
    const answer = {
      id: `resp-${heard.length}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message, finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop' }],
      usage,
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  return { server, heard };
}

test('the example runs, on Mastra’s own model router', { timeout: 90_000 }, async () => {
  const house = await openHouse(await readFile(examplePath('support.workflow.yaml'), 'utf8'));
  const { server, heard } = provider([
    asks('send_reply', { to: 'kim@example.com', text: 'Use the extinguisher.' }),
    asks('set_label', { ticket: 'T-7', label: 'urgent' }),
    says('Kim knows.'),
  ]);
  const url = `http://127.0.0.1:${await listen(server)}`;
  try {
    const running = runExample('mastra.ts', house, {
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: url,
      MASTRA_TELEMETRY_DISABLED: '1',
    });
    await house.decideNext('approve', 'as agreed');
    // 600 tokens at 0.15 and 400 cached at 0.075 USD a million, 100 at 0.60: three times.
    expect(await running).toContain('completed - Kim knows. (0.00054 USD)\n');
    expect(heard[1]).toContain('sent to kim@example.com');
    expect(heard[2]).toContain('out_of_scope');
    const [span] = house.spans();
    const records = chainOf(house.spans(), span?.record.run_id ?? '').map(({ record }) => record);
    expect(
      records.flatMap(({ tool, enforcement }) => (enforcement ? [`${tool} ${enforcement}`] : [])),
    ).toEqual(['send_reply waiting', 'send_reply executed', 'set_label blocked']);
    expect(records.find(({ kind }) => kind === 'model_called')?.usage).toEqual({
      input_tokens: 1000,
      output_tokens: 100,
      cache_read_tokens: 400,
      reasoning_tokens: 10,
    });
  } finally {
    await close(server);
    await house.close();
  }
});
