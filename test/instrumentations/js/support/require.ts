import { createRequire } from 'node:module';
import type OldAnthropic from 'anthropic-sdk-0';
import type Anthropic from 'anthropic-sdk-1';
import type OpenAI from 'openai';

/** Instrumentation hooks into `require`, so SDKs are loaded that way, and after it. */
export const load = createRequire(import.meta.url);

export const loadOpenai = (): typeof OpenAI => (load('openai') as { OpenAI: typeof OpenAI }).OpenAI;

export const loadAnthropic = (): typeof Anthropic =>
  (load('anthropic-sdk-1') as { Anthropic: typeof Anthropic }).Anthropic;

/** The last SDK that still has what OpenLLMetry's instrumentation wraps. */
export const loadOldAnthropic = (): typeof OldAnthropic & typeof Anthropic =>
  (load('anthropic-sdk-0') as { Anthropic: typeof OldAnthropic & typeof Anthropic }).Anthropic;
