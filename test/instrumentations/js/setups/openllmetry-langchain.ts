import * as callbackManagerModule from '@langchain/core/callbacks/manager';
import { LangChainInstrumentation } from '@traceloop/instrumentation-langchain';
import { langchainPlay } from '../support/langchain.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
new LangChainInstrumentation().manuallyInstrument({ callbackManagerModule });
await stage.run(langchainPlay(stage));
