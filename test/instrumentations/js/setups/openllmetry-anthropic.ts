import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic';
import { anthropicPlay, silenceAnthropic } from '../support/anthropic.ts';
import { loadOldAnthropic } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

silenceAnthropic();
const stage = openStage();
new AnthropicInstrumentation();
await stage.run(anthropicPlay(loadOldAnthropic(), stage));
