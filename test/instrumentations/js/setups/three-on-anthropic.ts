import { AnthropicInstrumentation as OpenInference } from '@arizeai/openinference-instrumentation-anthropic';
import { AnthropicInstrumentation as OpenLlmetry } from '@traceloop/instrumentation-anthropic';
import { anthropicPlay } from '../support/anthropic.ts';
import { load, loadOldAnthropic } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

// And the SDK with spans of its own. Of two hooks into `require` only one is called, so the other is told by hand.
const stage = openStage();
new OpenLlmetry();
const Anthropic = loadOldAnthropic();
new OpenInference().manuallyInstrument(load('anthropic-sdk-0').Anthropic);
await stage.run(anthropicPlay(Anthropic, stage));
