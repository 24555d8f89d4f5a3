import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbacks from '@langchain/core/callbacks/manager';
import { langchainPlay } from '../support/langchain.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new LangChainInstrumentation().manuallyInstrument(callbacks);
await stage.run(langchainPlay(stage));
