/** Wakes those who wait for a topic, in this process. The number of waiters is bounded. */
export class Signals {
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#count;
  }

  notify(topic: string): void {
    for (const wake of this.#waiters.get(topic) ?? []) wake();
  }

  notifyAll(): void {
    for (const topic of [...this.#waiters.keys()]) this.notify(topic);
  }

  /**
   * Starts to listen at once, so that what changes between a read and `wait` is not missed. Undefined where too many
   * wait already. Call `stop` in the end.
   */
  listen(topic: string): Listener | undefined {
    if (this.#count >= this.#most) return undefined;
    this.#count += 1;
    const listener = new Listener(() => this.#remove(topic, listener.wake));
    const others = this.#waiters.get(topic) ?? new Set();
    this.#waiters.set(topic, others.add(listener.wake));
    return listener;
  }

  #remove(topic: string, wake: () => void): void {
    const others = this.#waiters.get(topic);
    if (others?.delete(wake) !== true) return;
    this.#count -= 1;
    if (others.size === 0) this.#waiters.delete(topic);
  }
}

/** One who waits for a topic. */
export class Listener {
  readonly stop: () => void;
  #woken = Promise.withResolvers<'changed'>();

  constructor(stop: () => void) {
    this.stop = stop;
  }

  readonly wake = (): void => this.#woken.resolve('changed');

  /** Until the topic is notified (since the last `wait`), the time is over, or the signal is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<'changed' | 'over'> {
    const over = Promise.withResolvers<'over'>();
    const end = () => over.resolve('over');
    const timer = setTimeout(end, signal.aborted ? 0 : milliseconds).unref();
    signal.addEventListener('abort', end, { once: true });
    const outcome = await Promise.race([this.#woken.promise, over.promise]);
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    if (outcome === 'changed') this.#woken = Promise.withResolvers();
    return outcome;
  }
}
