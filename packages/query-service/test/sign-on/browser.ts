/** A browser without pages: it keeps the cookies of each host, and follows where it is sent. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Asks, and follows redirects until an answer, or until `stop` says that an address is far enough. */
  async open(
    address: string,
    stop: (url: URL) => boolean = () => false,
  ): Promise<{ url: URL; answer?: Response }> {
    let url = new URL(address);
    for (let hops = 0; hops < 20; hops++) {
      if (hops > 0 && stop(url)) return { url };
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie: this.#sent(url) } });
      this.#keep(url, answer);
      const location = answer.headers.get('location');
      if (location === null) return { url, answer };
      url = new URL(location, url);
    }
    throw new Error(`too many redirects, the last to ${url}`);
  }

  cookie(origin: string, name: string): string | undefined {
    return this.#cookies.get(new URL(origin).host)?.get(name);
  }

  #sent({ host }: URL): string {
    return [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep({ host }: URL, answer: Response): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0\b/i.test(line)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
