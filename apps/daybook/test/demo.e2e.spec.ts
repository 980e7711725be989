import type { json } from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import { CommandLine, STORY_TIMEOUT_MS } from '../testing/launched';

describe('the demonstration', () => {
  const line = new CommandLine();

  it('shows deposits arrive, even if every process is killed or stopped meanwhile, and then on a second chain', async () => {
    const first = line.run('demo', '--once', '--port', String(line.port));
    await line.said(first, 'seen in the mempool', STORY_TIMEOUT_MS);
    process.kill(line.running().children.get('The local chain') as number, 'SIGSTOP');
    for (const name of ['The chain-watcher', 'The ledger', 'PostgreSQL']) {
      process.kill(line.running().children.get(name) as number, 'SIGKILL');
      await line.said(first, `${name} is back`, STORY_TIMEOUT_MS);
    }
    await line.said(first, 'The local chain does not answer and is killed.');
    await line.said(first, 'The local chain is back', STORY_TIMEOUT_MS);
    const story = await line.success(first);
    for (const words of ['demo-1', 'detected in a block', 'USDT_LOCAL', 'blocked: true']) {
      expect(story).toContain(words);
    }
    // Four receipts, each confirmed once.
    expect(story.match(/ confirmed/g)).toHaveLength(4);

    const second = line.run('demo', '--tron', '--port', String(line.port));
    await line.said(second, 'seen in the mempool', STORY_TIMEOUT_MS);
    process.kill(line.running().children.get('The stand-in for a TRON node') as number, 'SIGKILL');
    await line.said(second, 'Daybook is running.', STORY_TIMEOUT_MS);
    for (const words of [
      'stand-in for a TRON node',
      'demo-2',
      'TRC10_LOCAL',
      'USDT_TRON_LOCAL',
      'blocked: true',
    ]) {
      expect(second.said()).toContain(words);
    }
    // As many, although the node was killed.
    expect(second.said().match(/ confirmed/g)).toHaveLength(4);
    // The folder's books have the money of the first chain, so it is watched on.
    const { data: chains } = await line.request<{
      data: { name: string; matched?: number | null }[];
    }>('/v1/chains');
    const watched = chains
      .filter(({ matched }) => typeof matched === 'number')
      .map(({ name }) => name);
    expect(new Set(watched)).toEqual(new Set(['Local chain', 'Stand-in for TRON']));
    // Both are development chains, so there is a sandbox, on the command line as well.
    const mint = { externalId: 'sandbox', families: ['evm', 'tron'] };
    const { purses } = await line.request<{ purses: readonly json.Purse[] }>('/v1/customers', mint);
    const asked: json.SandboxDeposit[] = [];
    for (const [family, currency] of [
      ['evm', 'USDC_LOCAL'],
      ['tron', 'USDT_TRON_LOCAL'],
    ]) {
      const purse = purses.find((each) => each.family === family)?.address ?? '';
      const run = line.run('sandbox', 'deposit', purse, currency as string, '--json');
      asked.push(JSON.parse(await line.success(run)));
    }
    for (const { id } of asked) {
      let shown: json.SandboxDeposit | undefined;
      const isDone = async () => {
        shown = await line.request<json.SandboxDeposit>(`/v1/sandbox/deposits/${id}`);
        return shown.state === 'done' && shown.replenishmentId !== null;
      };
      await until(isDone, { description: `A deposit of the sandbox, ${JSON.stringify(shown)}` });
      const path = `/v1/replenishments/${shown?.replenishmentId}`;
      const isConfirmed = async () =>
        (await line.request<json.Replenishment>(path)).status === 'confirmed';
      await until(isConfirmed, { description: 'Its replenishment confirmed' });
    }
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
