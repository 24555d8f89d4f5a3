import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { type Browser, openBrowser } from './chromium.ts';
import { type DevService, startDevService, TOKEN } from './service/service.ts';

export interface Harness {
  readonly service: DevService;
  readonly page: Page;
  /** What the browser complained about since the last call: scripts that threw, refused resources, policy violations. */
  complaints(): readonly string[];
  /** Opens a page of the console, signed in, and waits until it has its answers. */
  open(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A browser with a fresh profile over a fresh service. */
export async function startHarness(executablePath: string): Promise<Harness> {
  const service = await startDevService();
  const browser = await openBrowser(executablePath);
  const { page, complaints } = await listeningPage(browser);
  return {
    service,
    page,
    complaints,
    open: async (path) => {
      await page.goto(service.origin + path);
      const signIn = page.getByLabel('Personal token');
      await page.getByRole('navigation').or(signIn).first().waitFor();
      if (await signIn.isVisible()) await signInWith(page, TOKEN);
      await settled(page);
    },
    close: async () => {
      await browser.close();
      await service.close();
    },
  };
}

export async function signInWith(page: Page, token: string): Promise<void> {
  await page.getByLabel('Personal token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Until there is a page with a heading and nothing on it loads. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('navigation').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
}

/** The first page of a browser, and what it complains about. */
export async function listeningPage(browser: Browser) {
  const page = browser.context.pages()[0] ?? (await browser.context.newPage());
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(`threw: ${error.message}`));
  page.on('console', (message) => {
    // That nobody is signed in yet is answered with 401, which Chromium reports by itself.
    const unauthenticated = message.text().includes('401') && message.location().url.endsWith('/v1/session');
    if (message.type() === 'error' && !unauthenticated) heard.push(message.text());
  });
  return { page, complaints: () => heard.splice(0) };
}

/** Rules of axe-core that the page breaks, with the first place of each. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  // By the debugger's channel: a script tag would be refused by the page's own policy.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html ?? ''}`);
  });
}

declare global {
  interface Window {
    axe: typeof axe;
    owned?: boolean;
  }
}
