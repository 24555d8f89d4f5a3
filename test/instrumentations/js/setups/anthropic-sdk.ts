import { anthropicPlay } from '../support/anthropic.ts';
import { loadAnthropic } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
await stage.run(anthropicPlay(loadAnthropic(), stage));
