/**
 * Wakes those who wait for a topic, in this process. The number of waiters is bounded. One holder may take every place while nobody
 * else wants one; where all are taken, whoever has the most of them makes room for one who has fewer.
 */
export class Signals {
  readonly #waiters = new Map<string, Set<() => void>>();
  /** The places of each holder, the oldest first. */
  readonly #held = new Map<string, Set<Listener>>();
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
   * @param holder with whom the places are shared; without one, nobody makes room, and this place is never taken back
   */
  listen(topic: string, holder?: string): Listener | undefined {
    if (this.#count >= this.#most && (holder === undefined || !this.#makeRoom(holder))) return undefined;
    this.#count += 1;
    const listener = new Listener(() => this.#remove(topic, listener, holder));
    const others = this.#waiters.get(topic) ?? new Set();
    this.#waiters.set(topic, others.add(listener.wake));
    if (holder !== undefined) this.#held.set(holder, (this.#held.get(holder) ?? new Set()).add(listener));
    return listener;
  }

  /** Takes back the oldest place of whoever has the most, where that is more than this holder would have then. */
  #makeRoom(holder: string): boolean {
    const most = [...this.#held.values()].reduce<Set<Listener> | undefined>(
      (largest, held) => (held.size > (largest?.size ?? 0) ? held : largest),
      undefined,
    );
    if (most === undefined || most.size <= (this.#held.get(holder)?.size ?? 0) + 1) return false;
    const [oldest] = most;
    oldest?.end();
    return true;
  }

  #remove(topic: string, listener: Listener, holder: string | undefined): void {
    const others = this.#waiters.get(topic);
    if (others?.delete(listener.wake) !== true) return;
    this.#count -= 1;
    if (others.size === 0) this.#waiters.delete(topic);
    const held = holder === undefined ? undefined : this.#held.get(holder);
    if (held?.delete(listener) === true && held.size === 0) this.#held.delete(holder ?? '');
  }
}

/** One who waits for a topic. */
export class Listener {
  readonly stop: () => void;
  #woken = Promise.withResolvers<'changed'>();
  #ended = false;

  constructor(stop: () => void) {
    this.stop = stop;
  }

  /** Whether its place was taken back: then nothing is told to it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  readonly wake = (): void => this.#woken.resolve('changed');

  /** Takes its place back. */
  end(): void {
    this.#ended = true;
    this.stop();
    this.wake();
  }

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
