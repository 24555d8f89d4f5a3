import { TollgateError } from '@tollgate/contract';

export type Handler = (request: unknown, extra: unknown) => unknown;
/** Stands around one handler: `next` is the handler itself. */
export type Around = (request: unknown, extra: unknown, next: Handler) => unknown;

const gated = new WeakSet<object>();

/** @throws TollgateError where something is put behind the gate twice: every call would be on record twice. */
export function gateOnce(endpoint: object): void {
  if (gated.has(endpoint)) throw new TollgateError('invalid_request', 'This is behind a gate already.');
  gated.add(endpoint);
}

/** Replaces a method of this one object, for everybody who holds it; callers through other methods of it included. */
export function replaceMethod(
  owner: object,
  name: string,
  make: (original: (...args: unknown[]) => unknown) => (...args: never[]) => unknown,
): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') throw unknownSdk(name);
  const value = make((...args) => Reflect.apply(original, owner, args));
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

/**
 * Puts `around` around the handler of one request: the one that is there, each that is set later, and the fallback.
 * `onSet` hears before a handler of any request is set.
 */
export function interceptRequest(endpoint: object, method: string, around: Around, onSet = () => {}): void {
  const wrap = wrapper(endpoint, '_requestHandlers', method, around);
  wrap();
  replaceMethod(endpoint, 'setRequestHandler', (set) => (...args) => {
    onSet();
    set(...args);
    wrap();
  });
  interceptFallback(endpoint, method, around);
}

/** Hears one notification, whether or not the application does. */
export function hearNotification(endpoint: object, method: string, hear: () => void): void {
  const around: Around = (notification, extra, next) => {
    hear();
    return next(notification, extra);
  };
  const fallback: Handler = (notification) => {
    const handler: unknown = Reflect.get(endpoint, 'fallbackNotificationHandler');
    return typeof handler === 'function' ? Reflect.apply(handler, endpoint, [notification]) : undefined;
  };
  const wrap = wrapper(endpoint, '_notificationHandlers', method, around, fallback);
  wrap();
  replaceMethod(endpoint, 'setNotificationHandler', (set) => (...args) => {
    set(...args);
    wrap();
  });
}

function wrapper(
  endpoint: object,
  table: string,
  method: string,
  around: Around,
  orElse?: Handler,
): () => void {
  const handlers: unknown = Reflect.get(endpoint, table);
  if (!(handlers instanceof Map)) throw unknownSdk(table);
  const ours = new WeakSet<object>();
  return () => {
    const next: unknown = handlers.get(method) ?? orElse;
    if (typeof next !== 'function' || ours.has(next)) return;
    const wrapped: Handler = (request, extra) => around(request, extra, next as Handler);
    ours.add(wrapped);
    handlers.set(method, wrapped);
  };
}

function interceptFallback(endpoint: object, method: string, around: Around): void {
  let fallback: unknown = Reflect.get(endpoint, 'fallbackRequestHandler');
  const wrapped: Handler = (request, extra) => {
    const next = fallback as Handler;
    const asked = typeof request === 'object' && request !== null && Reflect.get(request, 'method');
    return asked === method ? around(request, extra, next) : next(request, extra);
  };
  Object.defineProperty(endpoint, 'fallbackRequestHandler', {
    configurable: true,
    enumerable: true,
    get: () => (typeof fallback === 'function' ? wrapped : undefined),
    set: (next: unknown) => {
      fallback = next;
    },
  });
}

/** A version of the SDK in which the gate would not stand where it should: fail closed. */
export function unknownSdk(what: string): TollgateError {
  return new TollgateError(
    'invalid_request',
    `This version of @modelcontextprotocol/sdk has no "${what}", so the gate cannot stand in front of its tools.`,
  );
}
