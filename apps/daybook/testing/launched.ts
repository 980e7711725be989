import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, removeEmbeddedPostgres } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from '../../../test/dependencies';
import { dataFolder } from '../src/cli/data-folder';
import { evict } from '../src/launch/claim';

const COMMAND_LINE = resolve(__dirname, '../daybook.mjs');
/** The first start on a clean checkout builds. */
const START_TIMEOUT_MS = 120_000;
export const STORY_TIMEOUT_MS = 170_000;

export interface Run {
  readonly child: ChildProcess;
  said(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/**
 * The command line as a terminal user runs it, compiled, with a data folder and ports for the tests of a suite: the
 * first start on a folder takes seconds. Registers what sets them up and clears them away.
 */
export class CommandLine {
  data = '';
  port = 0;
  private readonly runs: Run[] = [];

  constructor() {
    jest.setTimeout(2 * STORY_TIMEOUT_MS);
    beforeAll(async () => {
      this.data = join(mkdtempSync(join(tmpdir(), 'daybook-e2e-')), 'data');
      // The service listens on four, and starts again on them.
      this.port = await freePort(4);
    });
    afterEach(async () => {
      for (const { child, ended } of this.runs.splice(0)) {
        child.kill('SIGKILL');
        await ended;
      }
    });
    afterAll(async () => {
      // Of a test that failed, something may still run.
      const folder = dataFolder(this.data);
      await evict(folder);
      await removeEmbeddedPostgres(folder.postgres);
      rmSync(resolve(this.data, '..'), { recursive: true });
    });
  }

  run(...args: string[]): Run {
    return this.runWith({}, ...args);
  }

  runWith(changes: NodeJS.ProcessEnv, ...args: string[]): Run {
    // As a terminal user would: npm's own variables make the launcher watch its parent.
    const { npm_lifecycle_event: _, ...inherited } = process.env;
    // Where `CI` is set, colours would be written into pipes.
    const env = { ...inherited, NO_COLOR: '1', ...changes };
    const child = surviveErrors(
      spawn(process.execPath, [COMMAND_LINE, ...args, '--data', this.data], { env }),
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
      });
    }
    const ended = new Promise<number | null>((done) => void child.once('exit', done));
    const run = { child, said: () => text, ended };
    this.runs.push(run);
    return run;
  }

  /** The processes of the launcher that runs, as the data folder names them. */
  running(): { launcher: number; children: Map<string, number> } {
    const claim = JSON.parse(readFileSync(join(this.data, 'running.json'), 'utf8'));
    const children: { name: string; pid: number }[] = claim.children;
    return {
      launcher: claim.launcher.pid,
      children: new Map(children.map(({ name, pid }) => [name, pid])),
    };
  }

  said(run: Run, words: string, timeoutMs = START_TIMEOUT_MS): Promise<void> {
    return until(
      () => {
        if (run.child.exitCode !== null && !run.said().includes(words)) throw new Error(run.said());
        return run.said().includes(words);
      },
      { timeoutMs, description: `"${words}"` },
    );
  }

  /** The output of a run that succeeds. A failure shows the output, which says more than the exit code. */
  async success(run: Run): Promise<string> {
    if ((await run.ended) !== 0) throw new Error(run.said());
    return run.said();
  }

  async request<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      headers: {
        authorization: `Bearer ${readFileSync(join(this.data, 'api-key'), 'utf8').trim()}`,
        'content-type': 'application/json',
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as T;
  }
}
