import { gateTools, meterModel, tollgateMiddleware } from '@tollgate/instrumentation/langchain';
import { createAgent, createMiddleware, humanInTheLoopMiddleware } from 'langchain';
import type { Driver, Scene } from '../driver.ts';
import { driveWith } from './langchain/drive.ts';
import { detailsOf } from './langchain/toolbox.ts';

process.env['LANGSMITH_TRACING'] = 'false';

/** `gateTools`, `meterModel` and `tollgateMiddleware` with createAgent. */
export const langchain: Driver = {
  name: 'langchain',
  title: 'LangChain.js',
  packageName: 'langchain',
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  drive: driveWith((scene, model, tools) =>
    createAgent({
      model: meterModel(scene.tollgate, model),
      tools: gateTools(scene.tollgate, tools, { details: detailsOf(scene.tools) }),
      middleware: [applicationsOwn(scene), approvalOf(scene), tollgateMiddleware(scene.tollgate)],
    }),
  ),
};

/** The application's own code around a tool call. */
function applicationsOwn({ hook }: Scene) {
  return createMiddleware({
    name: 'ApplicationsOwn',
    wrapToolCall: (request, handler) => {
      hook?.(request.toolCall.args);
      return handler(request);
    },
  });
}

/** Approved without a question, tool by tool. Its own type is none that `exactOptionalPropertyTypes` takes for a middleware. */
function approvalOf({ tools, frameworkApproval }: Scene): ReturnType<typeof tollgateMiddleware> {
  const named = frameworkApproval === 'says-yes' ? tools : [];
  const interruptOn = Object.fromEntries(named.map(({ name }) => [name, false]));
  return Reflect.apply(humanInTheLoopMiddleware, undefined, [{ interruptOn }]);
}
