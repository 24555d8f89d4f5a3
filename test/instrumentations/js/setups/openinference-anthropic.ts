import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic';
import { anthropicPlay, silenceAnthropic } from '../support/anthropic.ts';
import { loadAnthropic } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

silenceAnthropic();
const stage = openStage();
new AnthropicInstrumentation();
await stage.run(anthropicPlay(loadAnthropic(), stage));
