import { OpenTelemetry } from '@ai-sdk/otel';
import { OpenInferenceBatchSpanProcessor } from '@arizeai/openinference-vercel';
import { registerTelemetry } from 'ai';
import { aiSdkPlay } from '../support/ai-sdk.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage((exporter) => new OpenInferenceBatchSpanProcessor({ exporter }));
registerTelemetry(new OpenTelemetry());
await stage.run(aiSdkPlay(stage));
