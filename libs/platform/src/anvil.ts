import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardChild } from './child-guard';
import { freePort } from './free-port';
import { findInstalled } from './processes';

/** Anvil needs about 0.2 s; a loaded machine more. */
const START_TIMEOUT_MS = 20_000;
/** One that works answers sooner. */
const ANSWER_TIMEOUT_MS = 2_000;

/** A free port by default; `args` are further arguments, for example `['--no-mining', '--state', file]`. */
export interface AnvilOptions {
  readonly port?: number;
  readonly args?: readonly string[];
}

export type Anvil = Awaited<ReturnType<typeof startAnvil>>;

/**
 * Starts an EVM chain of one node on 127.0.0.1 with chain id 31337: the native program that npm
 * installed. It ends with this process, even when that is killed.
 */
export async function startAnvil(options: AnvilOptions = {}) {
  const { port = await freePort(), args = [] } = options;
  const child = spawn(
    anvilProgram(),
    ['--host', '127.0.0.1', '--port', String(port), '--chain-id', '31337', '--silent', ...args],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  guardChild(child);
  let said = '';
  const keep = (text: unknown) => (said = `${said}${text}`.slice(-2000));
  child.on('error', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.pid === undefined || child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`anvil did not start on port ${port}. It says: ${said.trim()}`);
    }
    await sleep(15);
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    url,
    wsUrl: `ws://127.0.0.1:${port}`,
    port,
    pid: child.pid as number,
    exited,
    /** Whether it still answers. */
    answers: () => answers(url),
    /** The end of what it wrote to its standard error: why it failed. */
    said: () => said.trim(),
    /** Lets anvil write its state, then waits until it has ended. */
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function answers(url: string): Promise<boolean> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  return fetch(url, { method: 'POST', headers, body, signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The program itself: npm's wrapper would be a second process that survives a kill. */
function anvilProgram(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`;
  const program = findInstalled(join(name, 'bin/anvil'));
  if (program !== undefined) return program;
  throw new Error(`anvil for this platform is not installed (${name}). Run npm ci.`);
}
