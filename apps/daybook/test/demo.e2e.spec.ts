import { CommandLine, STORY_TIMEOUT_MS } from '../testing/launched';

describe('the demonstration', () => {
  const line = new CommandLine();

  it('shows deposits arrive, even if every process is killed or stopped meanwhile', async () => {
    const run = line.run('demo', '--once', '--port', String(line.port));
    await line.said(run, 'seen in the mempool', STORY_TIMEOUT_MS);
    process.kill(line.running().children.get('The local chain') as number, 'SIGSTOP');
    for (const name of ['The chain-watcher', 'The ledger', 'PostgreSQL']) {
      process.kill(line.running().children.get(name) as number, 'SIGKILL');
      await line.said(run, `${name} is back`, STORY_TIMEOUT_MS);
    }
    await line.said(run, 'The local chain does not answer and is killed.');
    await line.said(run, 'The local chain is back', STORY_TIMEOUT_MS);
    const story = await line.success(run);
    for (const words of ['demo-1', 'detected in a block', 'blocked: true']) {
      expect(story).toContain(words);
    }
    // Four receipts, each confirmed once.
    expect(story.match(/ confirmed/g)).toHaveLength(4);
  });

  it('shows deposits arrive on a stand-in for a TRON node, and then on both chains', async () => {
    const first = line.run('demo', '--tron', '--once', '--port', String(line.port));
    await line.said(first, 'seen in the mempool');
    process.kill(line.running().children.get('The stand-in for a TRON node') as number, 'SIGKILL');
    const story = await line.success(first);
    for (const words of [
      'stand-in for a TRON node',
      'TRC10_LOCAL',
      'USDT_TRON_LOCAL',
      'blocked: true',
    ]) {
      expect(story).toContain(words);
    }
    // Four receipts, each confirmed once, although the node was killed.
    expect(story.match(/ confirmed/g)).toHaveLength(4);

    const second = line.run('demo', '--port', String(line.port));
    await line.said(second, 'Daybook is running.', STORY_TIMEOUT_MS);
    expect(second.said()).toContain('demo-2');
    expect(second.said()).toContain('USDT_LOCAL');
    const { data: chains } = await line.request<{
      data: { name: string; matched?: number | null }[];
    }>('/v1/chains');
    const watched = chains
      .filter(({ matched }) => typeof matched === 'number')
      .map(({ name }) => name);
    expect(new Set(watched)).toEqual(new Set(['Local chain', 'Stand-in for TRON']));
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
