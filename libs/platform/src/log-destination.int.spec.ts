import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../test/dependencies';
import { surviveErrors } from './plain';

const ROOT = join(__dirname, '../../..');
const REGISTER = join(ROOT, 'test/register.cjs');
const PROGRAM = join(__dirname, '../testing/log.process.ts');

describe('the log of a process', () => {
  let folder: string;
  let file: string;
  const children: ChildProcess[] = [];

  /** A process that logs without end, and how many lines it says that it dropped. */
  function logging(stdout: number | 'pipe' | 'ignore', env: NodeJS.ProcessEnv, limit = '') {
    const child = surviveErrors(
      spawn(
        '/bin/sh',
        ['-c', `${limit} exec "$0" "$@"`, process.execPath, '-r', REGISTER, PROGRAM],
        {
          cwd: ROOT,
          env: { PATH: process.env.PATH, ...env },
          stdio: ['ignore', stdout, 'inherit', 'ipc'],
        },
      ),
    );
    children.push(child);
    let dropped = 0;
    child.on('message', (count) => {
      dropped = count as number;
    });
    return {
      child,
      dropped: () => dropped,
      begins: () => once(child, 'message'),
      /** Asks it to exit, and resolves with the exit code. */
      exits: async () => {
        const exited = once(child, 'exit');
        child.send('exit');
        return (await exited)[0] as number | null;
      },
    };
  }
  const lines = (text: string) => text.trimEnd().split('\n');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-log-'));
    file = join(folder, 'app.log');
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('drops and counts lines while the disk is full, goes on with the next, and says how many', async () => {
    symlinkSync('/dev/full', file);
    // A file that is never rotated, so that the note stays in it.
    const env = { LOG_FILE: file, LOG_FILE_BYTES: '1000000000' };
    const { dropped, exits } = logging('ignore', env);
    await until(() => dropped() > 0);
    rmSync(file);
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('were dropped'));
    const found = lines(readFileSync(file, 'utf8')).map((line) => JSON.parse(line));
    const [note] = found.filter(({ msg }) => /were dropped/.test(msg));
    expect(note).toMatchObject({ level: 'warn', lines: expect.any(Number) });
    expect(note.lines).toBeGreaterThan(0);
    expect(await exits()).toBe(0);
    expect(lines(readFileSync(file, 'utf8')).at(-1)).toContain('the last line');
  });

  it('exits while the disk is full', async () => {
    symlinkSync('/dev/full', file);
    const { dropped, exits } = logging('ignore', { LOG_FILE: file });
    await until(() => dropped() > 0);
    expect(await exits()).toBe(0);
  });

  it('starts beside a file that cannot be opened, and writes it as soon as it can', async () => {
    // The system lets nobody write to a program that runs.
    copyFileSync('/bin/sleep', file);
    const runs = surviveErrors(spawn(file, ['1000'], { stdio: 'ignore' }));
    children.push(runs);
    await once(runs, 'spawn');
    const { dropped, exits } = logging('ignore', { LOG_FILE: file, LOG_FILE_BYTES: '1000000000' });
    await until(() => dropped() > 0);
    runs.kill('SIGKILL');
    await until(() => readFileSync(file, 'utf8').includes('were dropped'));
    expect(await exits()).toBe(0);
    expect(lines(readFileSync(file, 'utf8')).at(-1)).toContain('the last line');
  });

  it('outlives a file that may not grow', async () => {
    // Blocks of 512 or 1,024 bytes: shells differ.
    const env = { LOG_FILE: file, LOG_FILE_BYTES: '1000000' };
    const { dropped, exits } = logging('ignore', env, 'ulimit -f 128;');
    await until(() => dropped() > 0);
    expect(statSync(file).size).toBeGreaterThan(0);
    expect(statSync(file).size).toBeLessThanOrEqual(128 * 1024);
    expect(await exits()).toBe(0);
  });

  it('rotates by size, and keeps so many files', async () => {
    const { begins, dropped, exits } = logging('ignore', {
      LOG_FILE: file,
      LOG_FILE_BYTES: '300000',
    });
    await begins();
    await until(() => existsSync(`${file}.2`));
    const { ino } = statSync(`${file}.2`);
    await until(() => statSync(`${file}.2`).ino !== ino);
    expect(await exits()).toBe(0);
    expect(dropped()).toBe(0);
    const files = readdirSync(folder).sort();
    // The end may come between the renames of a rotation: then the first old file is the second one already.
    expect(files.filter((name) => name !== 'app.log.1')).toEqual(['app.log', 'app.log.2']);
    for (const old of files.slice(1).map((name) => join(folder, name))) {
      expect(statSync(old).size).toBeLessThanOrEqual(300_000);
      for (const line of lines(readFileSync(old, 'utf8'))) JSON.parse(line);
    }
  });

  it.each(['a pipe', 'a socket'])('outlives %s that is closed', async (kind) => {
    const reader = kind === 'a pipe' ? pipe() : null;
    const { child, begins, dropped, exits } = logging(reader?.writeEnd ?? 'pipe', {});
    await begins();
    if (reader !== null) reader.close();
    else child.stdout?.destroy();
    await until(() => dropped() > 0);
    expect(await exits()).toBe(0);
  });

  it.each(['a pipe', 'a socket'])('outlives %s whose reader stands still', async (kind) => {
    const reader = kind === 'a pipe' ? pipe() : null;
    const { child, dropped, exits } = logging(reader?.writeEnd ?? 'pipe', {});
    child.stdout?.pause();
    await until(() => dropped() > 0);
    expect(await exits()).toBe(0);
    reader?.close();
  });

  /** A pipe of the system; Node gives its children sockets. */
  function pipe() {
    const name = join(folder, 'pipe');
    execFileSync('mkfifo', [name]);
    const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(name, constants.O_WRONLY);
    return {
      writeEnd,
      close(): void {
        closeSync(readEnd);
        closeSync(writeEnd);
      },
    };
  }
});
