import { OpenTelemetry } from '@ai-sdk/otel';
import { registerTelemetry } from 'ai';
import { aiSdkPlay } from '../support/ai-sdk.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
registerTelemetry(new OpenTelemetry());
await stage.run(aiSdkPlay(stage));
