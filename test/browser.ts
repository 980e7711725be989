import { type Browser, chromium, type Page } from 'playwright-core';
import { browserPath } from './needs';

/** What a person saw after opening an address. */
export interface Visit {
  readonly page: Page;
  /** The HTTP status of the page itself. */
  readonly status: number;
  /** Console errors, exceptions, failed requests and violations of the content security policy. */
  readonly faults: readonly string[];
}

/** A real browser. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: browserPath() as string }));
  }

  /**
   * Opens an address in a fresh profile. `password` is typed in if, and only if, the browser asks for
   * one: it is never sent without being asked for.
   */
  async open(url: string, password?: string): Promise<Visit> {
    const context = await this.browser.newContext(
      password === undefined ? {} : { httpCredentials: { username: 'me', password } },
    );
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
    page.on('requestfailed', (request) => {
      faults.push(`request: ${request.url()} ${request.failure()?.errorText}`);
    });
    const response = await page.goto(url);
    if (response === null) throw new Error(`${url} was not answered.`);
    return { page, status: response.status(), faults };
  }

  stop(): Promise<void> {
    return this.browser.close();
  }
}
