import type { SetUp } from './set-up.ts';

const OPENAI = ['chat', 'responses'] as const;
const ALL = ['chat', 'responses', 'messages'] as const;
const OI = '@arizeai/openinference-instrumentation';
const LM = '@traceloop/instrumentation';

/** The AI SDK asks for usage in every stream. */
const ALWAYS_ASKED = ['chat-stream-unasked'];
/** LangChain's model makes one call at a time; these are other scenarios' calls once more, or nothing that it can be told. */
const NOT_LANGCHAIN = ['chat-agent', 'chat-flex'];

const js = (said: Omit<SetUp, 'language'>): SetUp => ({ language: 'js', ...said });

export const JS_SET_UPS: readonly SetUp[] = [
  js({
    name: 'ai-sdk',
    title: 'the AI SDK’s telemetry',
    apis: ALL,
    packages: ['ai', '@ai-sdk/otel'],
    counts: 'gen_ai',
    neverSays: ['tier', 'cacheCreationHour'],
    skips: ALWAYS_ASKED,
  }),
  js({
    name: 'ai-sdk-legacy',
    title: 'the AI SDK’s telemetry under its older names',
    apis: ALL,
    packages: ['ai', '@ai-sdk/otel'],
    counts: 'ai',
    neverSays: ['tier'],
    skips: ALWAYS_ASKED,
  }),
  js({
    name: 'ai-sdk-5',
    title: 'AI SDK 5, whose Anthropic provider means something else by input',
    apis: ['messages'],
    packages: ['ai-5', 'ai-sdk-anthropic-2'],
    counts: 'ai',
    neverSays: [],
    gaps: { 'messages-stream-aborted': 'silent' },
  }),
  js({
    name: 'openinference-ai-sdk',
    title: 'OpenInference’s processor over the AI SDK’s telemetry',
    apis: ALL,
    packages: ['@arizeai/openinference-vercel', 'ai'],
    counts: 'gen_ai',
    neverSays: ['tier', 'cacheCreationHour'],
    skips: ALWAYS_ASKED,
  }),
  js({
    name: 'openinference-openai',
    title: 'OpenInference on OpenAI’s SDK',
    apis: OPENAI,
    packages: [`${OI}-openai`, 'openai'],
    counts: `${OI}-openai`,
    neverSays: ['tier'],
    gaps: {
      'chat-stream': 'untold',
      'chat-stream-aborted': 'silent',
      'chat-failed': 'silent',
      'responses-stream-aborted': 'silent',
    },
  }),
  js({
    name: 'openllmetry-openai',
    title: 'OpenLLMetry on OpenAI’s SDK',
    apis: OPENAI,
    packages: [`${LM}-openai`, 'openai'],
    counts: `${LM}-openai`,
    neverSays: ['cacheRead', 'tier'],
    gaps: {
      'chat-stream': 'untold',
      'chat-stream-aborted': 'silent',
      'chat-failed': 'silent',
      'responses-stream': 'untold',
    },
  }),
  js({
    name: 'openllmetry-openai-estimates',
    title: 'the same, told to count tokens itself (`enrichTokens`, off by default)',
    apis: ['chat'],
    packages: [`${LM}-openai`, 'openai'],
    counts: `${LM}-openai`,
    neverSays: ['cacheRead', 'tier'],
    gaps: {
      'chat-stream': 'estimated',
      'chat-stream-unasked': 'estimated',
      'chat-stream-aborted': 'silent',
      'chat-failed': 'silent',
    },
  }),
  js({
    name: 'opentelemetry-openai',
    title: 'OpenTelemetry’s instrumentation of OpenAI’s SDK',
    apis: OPENAI,
    packages: ['@opentelemetry/instrumentation-openai', 'openai'],
    counts: '@opentelemetry/instrumentation-openai',
    neverSays: ['cacheRead', 'tier'],
    gaps: { 'chat-stream-aborted': 'silent', 'responses-stream-aborted': 'silent' },
  }),
  js({
    name: 'openinference-langchain',
    title: 'OpenInference on LangChain',
    apis: OPENAI,
    packages: [`${OI}-langchain`, '@langchain/openai'],
    counts: `${OI}-langchain`,
    neverSays: ['tier'],
    gaps: { 'chat-stream-aborted': 'silent', 'responses-stream-aborted': 'silent' },
    skips: NOT_LANGCHAIN,
  }),
  js({
    name: 'openllmetry-langchain',
    title: 'OpenLLMetry on LangChain',
    apis: OPENAI,
    packages: [`${LM}-langchain`, '@langchain/openai'],
    counts: `${LM}-langchain`,
    neverSays: ['cacheRead', 'tier'],
    gaps: {
      'chat-stream-aborted': 'silent',
      responses: 'untold',
      'responses-stream-aborted': 'silent',
    },
    skips: NOT_LANGCHAIN,
  }),
  js({
    name: 'anthropic-sdk',
    title: 'the spans of Anthropic’s own SDK',
    apis: ['messages'],
    packages: ['anthropic-sdk-1'],
    counts: 'com.anthropic.sdk.typescript',
    neverSays: [],
  }),
  js({
    name: 'openinference-anthropic',
    title: 'OpenInference on Anthropic’s SDK',
    apis: ['messages'],
    packages: [`${OI}-anthropic`, 'anthropic-sdk-1'],
    counts: `${OI}-anthropic`,
    neverSays: ['cacheCreationHour'],
    gaps: { 'messages-stream-aborted': 'silent' },
  }),
  js({
    name: 'openllmetry-anthropic',
    title: 'OpenLLMetry on Anthropic’s SDK',
    apis: ['messages'],
    packages: [`${LM}-anthropic`, 'anthropic-sdk-0'],
    counts: `${LM}-anthropic`,
    neverSays: ['cacheCreationHour'],
    gaps: { 'messages-stream-aborted': 'silent' },
  }),
  js({
    name: 'openinference-and-anthropic-sdk',
    title: 'two at once: OpenInference and Anthropic’s own SDK',
    apis: ['messages'],
    packages: [`${OI}-anthropic`, 'anthropic-sdk-1'],
    counts: 'com.anthropic.sdk.typescript',
    neverSays: [],
  }),
  js({
    name: 'three-on-anthropic',
    title: 'three at once: OpenInference, OpenLLMetry and Anthropic’s own SDK',
    apis: ['messages'],
    packages: [`${OI}-anthropic`, `${LM}-anthropic`, 'anthropic-sdk-0'],
    counts: 'com.anthropic.sdk.typescript',
    neverSays: [],
  }),
  js({
    name: 'openinference-and-openllmetry-openai',
    title: 'two at once on OpenAI’s SDK: OpenInference and OpenLLMetry',
    apis: OPENAI,
    packages: [`${OI}-openai`, `${LM}-openai`],
    counts: `${OI}-openai`,
    neverSays: ['tier'],
    gaps: { 'chat-stream': 'untold', 'chat-stream-aborted': 'silent', 'chat-failed': 'silent' },
  }),
  js({
    name: 'langchain-and-openai',
    title: 'two at once: OpenInference on LangChain, OpenLLMetry on OpenAI’s SDK below it',
    apis: OPENAI,
    packages: [`${OI}-langchain`, `${LM}-openai`],
    counts: `${OI}-langchain`,
    neverSays: ['tier'],
    gaps: { 'chat-stream-aborted': 'silent', 'responses-stream-aborted': 'silent' },
    skips: NOT_LANGCHAIN,
  }),
];
