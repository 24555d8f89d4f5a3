import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { close, listen } from '../support/gateway.ts';
import { openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { examplePath, runExample } from './run-example.ts';

const asks = (name: string, args: unknown) => ({
  type: 'function_call',
  id: `fc-${name}`,
  call_id: `call-${name}`,
  name,
  arguments: JSON.stringify(args),
  status: 'completed',
});
const says = (text: string) => ({
  type: 'message',
  id: 'msg',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});

test('the example runs, on a real provider of the AI SDK', async () => {
  const house = await openHouse(await readFile(examplePath('support.workflow.yaml'), 'utf8'));
  const turns = [
    asks('send_reply', { to: 'kim@example.com', text: 'Use the extinguisher.' }),
    asks('set_label', { ticket: 'T-7', label: 'urgent' }),
    says('Kim knows.'),
  ];
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const output = [turns[heard.length]];
    heard.push(body);
    const answer = {
      id: `resp-${heard.length}`,
      created_at: 1_790_000_000,
      model: 'gpt-4o-mini-2024-07-18',
      status: 'completed',
      output,
      usage: {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 400 },
        output_tokens: 100,
        output_tokens_details: { reasoning_tokens: 10 },
      },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  try {
    const running = runExample('ai-sdk.ts', house, { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: url });
    await house.decideNext('approve', 'as agreed');
    // 600 tokens at 0.15 and 400 cached at 0.075 USD a million, 100 at 0.60: three times.
    expect(await running).toBe('completed - Kim knows. (0.00054 USD)\n');
    expect(heard[1]).toContain('sent to kim@example.com');
    expect(heard[2]).toContain('out_of_scope');
    const [span] = house.spans();
    const chain = chainOf(house.spans(), span?.record.run_id ?? '');
    const rulings = chain.flatMap(({ record: { tool, enforcement } }) =>
      enforcement === undefined ? [] : [`${tool} ${enforcement}`],
    );
    expect(rulings).toEqual(['send_reply waiting', 'send_reply executed', 'set_label blocked']);
    const call = chain.find(({ record }) => record.kind === 'model_called');
    expect(call?.record.usage).toEqual({
      input_tokens: 1000,
      output_tokens: 100,
      cache_read_tokens: 400,
      reasoning_tokens: 10,
    });
    expect(call?.attributes).toMatchObject({
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.id': 'resp-1',
    });
  } finally {
    await close(server);
    await house.close();
  }
});
