import { limiter } from './limiter';

const tooMany = (waiting: number) => new Error(`${waiting} already wait.`);

/** Work that a test ends. */
function work(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const run = async () => {
    log.push(name);
    await ended;
    return name;
  };
  return { run, end: () => end() };
}

describe('a limiter', () => {
  it('runs as much as it may, and the rest in the order of arrival', async () => {
    const log: string[] = [];
    const works = ['a', 'b', 'c', 'd'].map((name) => work(log, name));
    const limited = limiter({ runningMax: 2, waitingMax: 10, tooMany });
    const results = works.map(({ run }) => limited.run(run));
    expect(log).toEqual(['a', 'b']);
    works[1]?.end();
    await results[1];
    expect(log).toEqual(['a', 'b', 'c']);
    for (const { end } of works) end();
    await expect(Promise.all(results)).resolves.toEqual(['a', 'b', 'c', 'd']);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses when too many wait', async () => {
    const [running, waiting] = [work([], 'running'), work([], 'waiting')];
    const limited = limiter({ runningMax: 1, waitingMax: 1, tooMany });
    const accepted = [limited.run(running.run), limited.run(waiting.run)];
    await expect(limited.run(async () => 'late')).rejects.toThrow('1 already wait.');
    running.end();
    waiting.end();
    await Promise.all(accepted);
    await expect(limited.run(async () => 'later')).resolves.toBe('later');
  });

  it('gives the place of work that failed to the next', async () => {
    const limited = limiter({ runningMax: 1, waitingMax: 10, tooMany });
    const failed = limited.run(async () => Promise.reject(new Error('no')));
    const next = limited.run(async () => 'next');
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('next');
  });

  it('is idle when nothing runs or waits', async () => {
    const log: string[] = [];
    const works = ['a', 'b'].map((name) => work(log, name));
    const limited = limiter({ runningMax: 1, waitingMax: 10, tooMany });
    await limited.idle();
    const results = works.map(({ run }) => limited.run(run));
    const idle = limited.idle().then(() => log.push('idle'));
    works[0]?.end();
    await results[0];
    expect(log).toEqual(['a', 'b']);
    works[1]?.end();
    await idle;
    expect(log).toEqual(['a', 'b', 'idle']);
  });
});
