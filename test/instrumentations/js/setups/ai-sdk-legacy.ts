import { LegacyOpenTelemetry } from '@ai-sdk/otel';
import { registerTelemetry } from 'ai';
import { aiSdkPlay } from '../support/ai-sdk.ts';
import { openStage } from '../support/stage.ts';

const stage = openStage();
registerTelemetry(new LegacyOpenTelemetry());
await stage.run(aiSdkPlay(stage));
