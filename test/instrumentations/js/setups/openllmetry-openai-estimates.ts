import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai';
import { openaiPlay } from '../support/openai.ts';
import { loadOpenai } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new OpenAIInstrumentation({ enrichTokens: true });
await stage.run(openaiPlay(loadOpenai(), stage));
