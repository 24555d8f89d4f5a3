import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { openaiPlay } from '../support/openai.ts';
import { loadOpenai } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new OpenAIInstrumentation();
await stage.run(openaiPlay(loadOpenai(), stage));
