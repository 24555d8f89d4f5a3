import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbacks from '@langchain/core/callbacks/manager';
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai';
import { OpenAI } from 'openai';
import { langchainPlay } from '../support/langchain.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new LangChainInstrumentation().manuallyInstrument(callbacks);
new OpenAIInstrumentation().manuallyInstrument(OpenAI);
await stage.run(langchainPlay(stage));
