import { ChatOpenAI } from '@langchain/openai';
import type { Play, Stage } from './stage.ts';

/** The scenarios with LangChain's model of OpenAI's two APIs. */
export function langchainPlay({ openaiUrl }: Stage): Play {
  const asked = { model: 'gpt-5-mini', apiKey: 'sk-none', configuration: { baseURL: openaiUrl } };
  return async ({ api, stream, ends, usageNotAsked }, prompt) => {
    const model = new ChatOpenAI({
      ...asked,
      useResponsesApi: api === 'responses',
      streamUsage: usageNotAsked === undefined,
    });
    if (!stream) return model.invoke(prompt);
    for await (const chunk of await model.stream(prompt)) if (ends === 'aborted' && chunk.text !== '') break;
    return undefined;
  };
}
