import { OpenAIInstrumentation as OpenInference } from '@arizeai/openinference-instrumentation-openai';
import { OpenAIInstrumentation as OpenLlmetry } from '@traceloop/instrumentation-openai';
import { openaiPlay } from '../support/openai.ts';
import { loadOpenai } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new OpenLlmetry();
const OpenAI = loadOpenai();
// Of two hooks into `require` only one is called, so the other is told by hand.
new OpenInference().manuallyInstrument(OpenAI);
await stage.run(openaiPlay(OpenAI, stage));
