/** Tokens as Tollgate counts them: input includes what was cached, output includes reasoning. */
export interface Truth {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheCreation?: number;
  /** The part of cache creation with a lifetime of an hour. */
  readonly cacheCreationHour?: number;
  readonly reasoning?: number;
}

export type Api = 'chat' | 'responses' | 'messages';

/** One thing that an application does, and what the provider counts for it. */
export interface Scenario {
  readonly name: string;
  readonly api: Api;
  readonly stream?: true;
  /** Streams end before the usage is sent; failures are answered with an HTTP error. */
  readonly ends?: 'aborted' | 'failed';
  /** The client does not ask for usage in the stream, so that nobody but the provider knows it. */
  readonly usageNotAsked?: true;
  /** The provider fails once before it answers. */
  readonly retried?: true;
  /** A tier other than the standard one. */
  readonly tier?: 'flex' | 'priority';
  /** The answer does not say which tier served the call. */
  readonly tierUnsaid?: true;
  /** What the provider counted, call by call. */
  readonly truth: readonly Truth[];
  readonly about: string;
}

const chat = (name: string, rest: Omit<Scenario, 'name' | 'api'>): Scenario => ({
  name,
  api: 'chat',
  ...rest,
});
const responses = (name: string, rest: Omit<Scenario, 'name' | 'api'>): Scenario => ({
  ...{ name, api: 'responses', ...rest },
});
const messages = (name: string, rest: Omit<Scenario, 'name' | 'api'>): Scenario => ({
  ...{ name, api: 'messages', ...rest },
});

export const SCENARIOS: readonly Scenario[] = [
  chat('chat', { truth: [{ input: 1001, output: 101 }], about: 'a plain call' }),
  chat('chat-cached', {
    truth: [{ input: 1202, cacheRead: 1024, output: 302, reasoning: 200 }],
    about: 'cache reads and reasoning',
  }),
  chat('chat-retried', {
    retried: true,
    truth: [{ input: 1003, output: 103 }],
    about: 'the first attempt fails',
  }),
  chat('chat-flex', {
    tier: 'flex',
    truth: [{ input: 1004, output: 104 }],
    about: 'served at the flex tier',
  }),
  chat('chat-agent', {
    truth: [
      { input: 1005, output: 105 },
      { input: 1206, cacheRead: 1024, output: 106 },
    ],
    about: 'two calls with a tool between them',
  }),
  chat('chat-stream', {
    stream: true,
    truth: [{ input: 1207, cacheRead: 1024, output: 307, reasoning: 200 }],
    about: 'a stream with usage in its last chunk',
  }),
  chat('chat-stream-unasked', {
    ...{ stream: true, usageNotAsked: true, truth: [{ input: 1008, output: 108 }] },
    about: 'a stream without `include_usage`',
  }),
  chat('chat-stream-aborted', {
    ...{ stream: true, ends: 'aborted', truth: [{ input: 1009, output: 109 }] },
    about: 'the client turns away in the middle',
  }),
  chat('chat-failed', { ends: 'failed', truth: [], about: 'answered with 400' }),
  responses('responses', {
    truth: [{ input: 1210, cacheRead: 1024, output: 310, reasoning: 200 }],
    about: 'cache reads and reasoning',
  }),
  responses('responses-stream', {
    stream: true,
    truth: [{ input: 1211, cacheRead: 1024, output: 311, reasoning: 200 }],
    about: 'the same, streamed',
  }),
  responses('responses-stream-aborted', {
    ...{ stream: true, ends: 'aborted', truth: [{ input: 1012, output: 112 }] },
    about: 'the client turns away in the middle',
  }),
  messages('messages', { truth: [{ input: 1013, output: 113 }], about: 'a plain call' }),
  messages('messages-cached', {
    truth: [{ input: 3214, cacheRead: 900, cacheCreation: 300, output: 314, reasoning: 40 }],
    about: 'less cached than not, so that the numbers alone do not say what input means',
  }),
  messages('messages-cached-hour', {
    truth: [{ input: 3515, cacheRead: 2100, cacheCreation: 1300, cacheCreationHour: 800, output: 115 }],
    about: 'more cached than not, part of it written for an hour',
  }),
  messages('messages-stream', {
    stream: true,
    truth: [{ input: 3216, cacheRead: 900, cacheCreation: 300, output: 316, reasoning: 40 }],
    about: 'usage at the start and at the end of the stream',
  }),
  messages('messages-stream-aborted', {
    ...{
      stream: true,
      ends: 'aborted',
      truth: [{ input: 3217, cacheRead: 900, cacheCreation: 300, output: 117 }],
    },
    about: 'the client turns away after the input was counted, and before the output was',
  }),
  messages('messages-failed', { ends: 'failed', truth: [], about: 'answered with 400' }),
];

/** Whether anybody but the provider can know what was used. */
export const isTold = ({ ends, usageNotAsked }: Scenario): boolean =>
  ends === undefined && usageNotAsked === undefined;
