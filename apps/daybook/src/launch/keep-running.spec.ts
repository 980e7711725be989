import { spawn } from 'node:child_process';
import { surviveErrors } from '@daybook/platform/plain';
import { EXIT, Failure } from '../cli/exit-codes';
import { keepRunning, type Startable } from './keep-running';

/** A process under the control of the test. `end` simulates a crash. */
function fake(): Startable & { end(): void; stopped: boolean } {
  let end: () => void = () => undefined;
  const exited = new Promise<void>((resolve) => {
    end = resolve;
  });
  const it = {
    pid: 1,
    exited,
    end,
    stopped: false,
    stop: async () => {
      it.stopped = true;
      end();
    },
  };
  return it;
}

describe('keep running', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    // The longest of the random back-offs.
    jest.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('rejects when the first start fails repeatedly', async () => {
    let attempts = 0;
    const failing = async () => {
      attempts += 1;
      throw new Error('no binary');
    };
    const kept = keepRunning('It', failing, () => undefined);
    const rejected = expect(kept).rejects.toThrow('no binary');
    await jest.advanceTimersByTimeAsync(10_000);
    await rejected;
    expect(attempts).toBe(3);
  });

  it('does not repeat a first start that was refused', async () => {
    let attempts = 0;
    const refused = async () => {
      attempts += 1;
      throw new Failure('The port is taken.', EXIT.usage);
    };
    await expect(keepRunning('It', refused, () => undefined)).rejects.toThrow('The port is taken.');
    expect(attempts).toBe(1);
  });

  it('repeats a first start that was killed', async () => {
    let attempts = 0;
    const start = async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('ended before it was ready');
      return fake();
    };
    const starting = keepRunning('It', start, () => undefined);
    await jest.advanceTimersByTimeAsync(1_000);
    await (await starting).stop();
    expect(attempts).toBe(2);
  });

  it('restarts what ended, and says so', async () => {
    const started: ReturnType<typeof fake>[] = [];
    const said: string[] = [];
    const start = async () => {
      started.push(fake());
      return started.at(-1) as ReturnType<typeof fake>;
    };
    const kept = await keepRunning('The ledger', start, (sentence) => said.push(sentence));
    started[0]?.end();
    await jest.advanceTimersByTimeAsync(300);
    expect(kept.current()).toBe(started[1]);
    expect(said).toEqual([
      'The ledger ended unexpectedly and is restarted.',
      expect.stringMatching(/^The ledger is back after \d\.\d s\.$/),
    ]);
    await kept.stop();
    expect(started.map(({ stopped }) => stopped)).toEqual([false, true]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(2);
  });

  it('kills and restarts what runs but does not answer', async () => {
    const child = surviveErrors(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));
    const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    let isSilent = false;
    const first = { ...fake(), pid: child.pid as number, exited, answers: async () => !isSilent };
    const second = { ...fake(), answers: async () => true };
    const said: string[] = [];
    const starts = [first, second];
    const start = async () => starts.shift() as typeof second;
    const kept = await keepRunning('It', start, (sentence) => said.push(sentence));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    isSilent = true;
    await jest.advanceTimersByTimeAsync(7_000);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(8_000);
    await exited;
    expect(child.signalCode).toBe('SIGKILL');
    await jest.advanceTimersByTimeAsync(300);
    expect(kept.current()).toBe(second);
    expect(said.slice(0, 2)).toEqual([
      'It does not answer and is killed.',
      'It ended unexpectedly and is restarted.',
    ]);
    await kept.stop();
  });

  it('waits five seconds at most before it tries again', async () => {
    const first = fake();
    const attempts: number[] = [];
    const start = async () => {
      attempts.push(Date.now());
      if (attempts.length > 1) throw new Error('not yet');
      return first;
    };
    const kept = await keepRunning('It', start, () => undefined);
    first.end();
    await jest.advanceTimersByTimeAsync(120_000);
    const waits = attempts.slice(1).map((at, n) => at - (attempts[n] as number));
    expect(Math.max(...waits)).toBe(5_000);
    await kept.stop();
  });

  it('retries with a growing back-off', async () => {
    const attempts: number[] = [];
    const first = fake();
    const began = Date.now();
    let fails = true;
    const start = async () => {
      attempts.push(Date.now() - began);
      if (attempts.length > 1 && fails) throw new Error('not yet');
      return attempts.length > 1 ? fake() : first;
    };
    const kept = await keepRunning('It', start, () => undefined);
    first.end();
    await jest.advanceTimersByTimeAsync(4_000);
    expect(attempts).toEqual([0, 250, 750, 1_750, 3_750]);
    fails = false;
    await jest.advanceTimersByTimeAsync(4_000);
    expect(attempts).toHaveLength(6);
    await kept.stop();
  });

  it('stops what was starting when it was told to stop', async () => {
    const first = fake();
    const second = fake();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    let starts = 0;
    const start = async () => {
      starts += 1;
      if (starts === 1) return first;
      await slow;
      return second;
    };
    const kept = await keepRunning('It', start, () => undefined);
    first.end();
    await jest.advanceTimersByTimeAsync(300);
    const stopped = kept.stop();
    release();
    await stopped;
    expect(second.stopped).toBe(true);
  });
});
