import { AIMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { tool } from '@langchain/core/tools';
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt';
import { start } from '@tollgate/instrumentation';
import { gateTools, meterModel } from '@tollgate/instrumentation/langgraph';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const sendReply = tool(async ({ to }) => `sent to ${to}`, {
  name: 'send_reply',
  description: 'Sends a mail.',
  schema: z.object({ to: z.string(), text: z.string() }),
});
const tools = gateTools(tollgate, [sendReply]);

// LangChain's own test model, so that this runs without a provider.
const scripted = fakeModel()
  .respondWithTools([{ name: 'send_reply', args: { to: 'kim@example.com', text: 'Use the extinguisher.' } }])
  .respond((messages) => new AIMessage(`I heard: ${messages.at(-1)?.text}`));
const model = meterModel(tollgate, scripted, { provider: 'openai', model: 'gpt-4o-mini' }).bindTools(tools);

const graph = new StateGraph(MessagesAnnotation)
  .addNode('agent', async ({ messages }) => ({ messages: await model.invoke(messages) }))
  .addNode('tools', new ToolNode(tools)) // waits for Ana in the tool itself
  .addEdge(START, 'agent')
  .addConditionalEdges('agent', toolsCondition)
  .addEdge('tools', 'agent')
  .compile();

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async () => {
    const { messages } = await graph.invoke({ messages: [{ role: 'user', content: 'Tell Kim.' }] });
    return messages.at(-1)?.text;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
