import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, processIdentity } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from '../../../../test/dependencies';
import { type DataFolder, dataFolder } from '../cli/data-folder';
import { claim, evict } from './claim';

describe('claim', () => {
  let folder: DataFolder;
  const others: ChildProcess[] = [];

  const sleeper = (): number => {
    const child = surviveErrors(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));
    others.push(child);
    return child.pid as number;
  };
  const describeProcess = (pid: number) => ({ name: 'x', pid, identity: processIdentity(pid) });
  /** Writes the claim of a launcher with these children. */
  const pretend = (launcher: object, children: object[] = []): void =>
    writeFileSync(folder.claimFile, JSON.stringify({ launcher, children }));

  beforeEach(() => {
    folder = dataFolder(mkdtempSync(join(tmpdir(), 'daybook-claim-')));
  });
  afterEach(() => {
    for (const child of others.splice(0)) child.kill('SIGKILL');
    rmSync(folder.path, { recursive: true });
  });

  it('belongs to one launcher at a time', async () => {
    const held = await claim(folder);
    await expect(claim(folder)).rejects.toThrow(/^Daybook runs on .* already \(process \d+\)/);
    held.release();
    (await claim(folder)).release();
  });

  it('replaces the claim of a killed launcher, and ends its children', async () => {
    const left = sleeper();
    pretend({ name: 'daybook', pid: 2 ** 22, identity: '1' }, [describeProcess(left)]);
    const held = await claim(folder);
    expect(isAlive(left)).toBe(false);
    held.release();
  });

  it('spares a later process with the same process id', async () => {
    const stranger = sleeper();
    pretend({ name: 'daybook', pid: stranger, identity: '1' }, [
      { name: 'ledger', pid: stranger, identity: '1' },
    ]);
    const held = await claim(folder);
    expect(isAlive(stranger)).toBe(true);
    held.release();
  });

  it('is refused while nobody can read who has it', async () => {
    writeFileSync(folder.claimFile, '{');
    await expect(claim(folder)).rejects.toThrow(/running\.json is damaged\. Line 1, column 2/);
  });

  it('goes to one of several launchers that start at the same time', async () => {
    pretend({ name: 'daybook', pid: 2 ** 22, identity: '1' });
    const results = await Promise.allSettled([claim(folder), claim(folder), claim(folder)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('ends the launcher and its children when the folder is reset', async () => {
    const [launcher, child] = [sleeper(), sleeper()];
    pretend(describeProcess(launcher), [describeProcess(child)]);
    await until(() => processIdentity(launcher) !== undefined);
    expect(await evict(folder)).toBe(true);
    expect([isAlive(launcher), isAlive(child)]).toEqual([false, false]);
    expect(existsSync(folder.claimFile)).toBe(false);
  });
});
