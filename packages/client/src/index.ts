export { type ClientOptions, createClient, type TollgateClient } from './client.ts';
export { ApiError } from './errors.ts';
export type { Change, ChangeKind, EventsInput, Told } from './events.ts';
export type { AnswerOf, InputOf, ItemOf, ListName, OperationName } from './operations.ts';
export type { RetryOptions } from './retry.ts';
