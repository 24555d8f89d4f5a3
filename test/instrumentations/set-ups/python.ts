import type { SetUp } from './set-up.ts';

const OPENAI = ['chat', 'responses'] as const;

const python = (said: Omit<SetUp, 'language' | 'name'> & { name: string }): SetUp => ({
  ...said,
  language: 'python',
  name: `python-${said.name}`,
});

export const PYTHON_SET_UPS: readonly SetUp[] = [
  python({
    name: 'openinference-openai',
    title: 'OpenInference on OpenAI’s SDK',
    apis: OPENAI,
    packages: ['openinference-instrumentation-openai', 'openai'],
    counts: 'openinference.instrumentation.openai',
    neverSays: ['tier'],
  }),
  python({
    name: 'openllmetry-openai',
    title: 'OpenLLMetry on OpenAI’s SDK',
    apis: OPENAI,
    packages: ['opentelemetry-instrumentation-openai', 'openai'],
    counts: 'opentelemetry.instrumentation.openai.v1',
    neverSays: [],
  }),
  python({
    name: 'opentelemetry-openai',
    title: 'OpenTelemetry’s instrumentation of OpenAI’s SDK',
    apis: OPENAI,
    packages: ['opentelemetry-instrumentation-genai-openai', 'openai'],
    counts: 'opentelemetry.instrumentation.genai.openai',
    neverSays: [],
  }),
  python({
    name: 'two-on-openai',
    title: 'two at once: OpenInference and OpenTelemetry on OpenAI’s SDK',
    apis: OPENAI,
    packages: ['openinference-instrumentation-openai', 'opentelemetry-instrumentation-genai-openai'],
    counts: ['opentelemetry.instrumentation.genai.openai', 'openinference.instrumentation.openai'],
    neverSays: [],
  }),
  python({
    name: 'anthropic-sdk',
    title: 'the spans of Anthropic’s own SDK',
    apis: ['messages'],
    packages: ['anthropic'],
    counts: 'com.anthropic.sdk.python',
    neverSays: [],
  }),
  python({
    name: 'openinference-anthropic',
    title: 'OpenInference on Anthropic’s SDK',
    apis: ['messages'],
    packages: ['openinference-instrumentation-anthropic', 'anthropic'],
    counts: 'openinference.instrumentation.anthropic',
    neverSays: ['cacheCreationHour'],
  }),
  python({
    name: 'openllmetry-anthropic',
    title: 'OpenLLMetry on Anthropic’s SDK',
    apis: ['messages'],
    packages: ['opentelemetry-instrumentation-anthropic', 'anthropic'],
    counts: 'opentelemetry.instrumentation.anthropic',
    neverSays: ['cacheCreationHour'],
    gaps: { 'messages-stream': 'untold', 'messages-stream-aborted': 'silent' },
  }),
  python({
    name: 'opentelemetry-anthropic',
    title: 'OpenTelemetry’s instrumentation of Anthropic’s SDK',
    apis: ['messages'],
    packages: ['opentelemetry-instrumentation-genai-anthropic', 'anthropic'],
    counts: 'opentelemetry.instrumentation.genai.anthropic',
    neverSays: ['cacheCreationHour'],
  }),
  python({
    name: 'three-on-anthropic',
    title: 'three at once: OpenInference, OpenLLMetry and Anthropic’s own SDK',
    apis: ['messages'],
    packages: [
      'openinference-instrumentation-anthropic',
      'opentelemetry-instrumentation-anthropic',
      'anthropic',
    ],
    counts: 'com.anthropic.sdk.python',
    neverSays: [],
  }),
];
