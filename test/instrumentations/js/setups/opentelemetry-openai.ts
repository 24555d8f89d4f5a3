import { metrics } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { openaiPlay } from '../support/openai.ts';
import { loadOpenai } from '../support/require.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
// As OpenTelemetry's own set-up does it; without a meter provider it breaks the application's streams.
new OpenAIInstrumentation().setMeterProvider(metrics.getMeterProvider());
await stage.run(openaiPlay(loadOpenai(), stage));
