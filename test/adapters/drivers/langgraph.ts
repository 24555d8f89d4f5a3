import { isAIMessage } from '@langchain/core/messages';
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt';
import { gateTools, meterModel } from '@tollgate/instrumentation/langgraph';
import type { Driver, Scene } from '../driver.ts';
import { driveWith } from './langchain/drive.ts';
import { detailsOf } from './langchain/toolbox.ts';

process.env['LANGSMITH_TRACING'] = 'false';

/** `gateTools` and `meterModel` in a graph of its own: a StateGraph with a ToolNode. */
export const langgraph: Driver = {
  name: 'langgraph',
  title: 'LangGraph',
  packageName: '@langchain/langgraph',
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  drive: driveWith((scene, model, tools) => {
    const bound = meterModel(scene.tollgate, model).bindTools([...tools]);
    const gated = gateTools(scene.tollgate, tools, { details: detailsOf(scene.tools) });
    return new StateGraph(MessagesAnnotation)
      .addNode('agent', async ({ messages }) => ({ messages: await bound.invoke(messages) }))
      .addNode('guard', ({ messages }) => guard(scene, messages.at(-1)))
      .addNode('tools', new ToolNode(gated))
      .addEdge(START, 'agent')
      .addConditionalEdges('agent', toolsCondition, { tools: 'guard', __end__: '__end__' })
      .addEdge('guard', 'tools')
      .addEdge('tools', 'agent')
      .compile();
  }),
};

/** The application's own code between model and tools, which sees the calls as they are. */
function guard({ hook }: Scene, message: unknown) {
  const calls = isAIMessage(message as never) ? (Reflect.get(Object(message), 'tool_calls') ?? []) : [];
  for (const { args } of calls as { args: unknown }[]) hook?.(args);
  return {};
}
