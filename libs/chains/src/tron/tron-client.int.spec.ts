import { until } from '../../../../test/dependencies';
import {
  addressOf,
  call,
  type Json,
  message,
  STRANGER,
  seal,
  textOf,
  trx,
  witnessOf,
} from '../../testing/tron-blocks';
import { describeTronClient } from '../../testing/tron-client.contract';
import { answersOf, CHAIN, LOGS, PLAIN, readRecorded } from '../../testing/tron-recordings';
import { type ReplayReply, startReplay } from '../../testing/tron-replay';
import type { PendingTransaction } from '../chain-client';
import type { Chain, ProviderConnection } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { sha256Digits } from './sha256';
import { createTronClient, openTronChain, type TronClientOptions } from './tron-client';
import { createTronNode } from './tron-node';

type Replay = Awaited<ReturnType<typeof startReplay>>;

const closing: { close(): unknown }[] = [];
afterAll(() => Promise.all(closing.map((each) => each.close())));

const { TRON_FULL_URL, TRON_SOLIDITY_URL } = process.env;
describeTronClient('a client of a recorded node', async () => {
  const replay = await startReplay();
  closing.push(replay);
  return { fullUrl: replay.url, solidityUrl: replay.url };
});
if (TRON_FULL_URL !== undefined && TRON_SOLIDITY_URL !== undefined) {
  describeTronClient(
    'a client of a real node',
    async () => ({ fullUrl: TRON_FULL_URL, solidityUrl: TRON_SOLIDITY_URL }),
    { isBusy: false },
  );
}

let replay: Replay;
beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.close());

function clientOf({ url }: Replay, options: TronClientOptions = {}) {
  const node = createTronNode({ fullUrl: url, solidityUrl: null });
  return createTronClient(node, { id: CHAIN, blockTimeMs: 3_000 }, options);
}

/** Answers one call with this text for as many times. */
function once(call: string, text: string, times = 1): void {
  let left = times;
  replay.spoil = (path) => {
    if (!path.endsWith(`/${call}`) || left === 0) return undefined;
    left -= 1;
    return { text };
  };
}

const INFOS = 'gettransactioninfobyblocknum';

describe('the block of a transaction', () => {
  const id: string = answersOf(PLAIN).block.transactions[0].txID;
  const INFO = 'gettransactioninfobyid';

  it('is not known while the node has no info of it, although it shows the transaction', async () => {
    const client = clientOf(replay);
    expect(await client.blockOf(id)).toBe(PLAIN);
    once(INFO, '{}');
    expect(await client.blockOf(id)).toBe('pending');
  });

  it.each<[string, string, string]>([
    [INFO, 'of another transaction', `{"id":"${'cd'.repeat(32)}","blockNumber":57}`],
    [INFO, 'without an id', '{"blockNumber":57}'],
    [INFO, 'with a negative height', `{"id":"${id}","blockNumber":-1}`],
    [INFO, 'with a height beyond any', `{"id":"${id}","blockNumber":9223372036854775807}`],
    [INFO, 'with a text for its height', `{"id":"${id}","blockNumber":"57a"}`],
    [INFO, 'that is a list', '[]'],
    ['gettransactionbyid', 'of another transaction', `{"txID":"${'cd'.repeat(32)}"}`],
    ['gettransactionbyid', 'that is a number', '7'],
  ])('is refused in an answer to %s %s', async (call, _, text) => {
    const isInfo = call === INFO;
    replay.spoil = (path) => {
      if (path.endsWith(`/${call}`)) return { text };
      return !isInfo && path.endsWith(`/${INFO}`) ? { text: '{}' } : undefined;
    };
    await expect(clientOf(replay).blockOf(id)).rejects.toThrow(InvalidBlock);
  });

  it('is refused by a node that does not keep infos, in its words', async () => {
    once(INFO, 'this API is closed because this node is a lite fullnode', Number.POSITIVE_INFINITY);
    await expect(clientOf(replay).blockOf(id)).rejects.toThrow(/lite fullnode/);
  });
});

describe('a block', () => {
  it('is what was recorded, and costs two calls', async () => {
    const client = clientOf(replay);
    await client.block(PLAIN);
    replay.asked.length = 0;
    expect(await client.block(LOGS)).toEqual(readRecorded(answersOf(LOGS)));
    expect(replay.asked.sort()).toEqual(['wallet/getblock', `wallet/${INFOS}`]);
  });

  it.each([
    ['all infos', '[]'],
    ['the infos, like an unknown block', '{}'],
    ['some infos', textOf(answersOf(LOGS).infos.slice(1))],
  ])('is asked for again while it lacks %s', async (_, infos) => {
    once(INFOS, infos, 2);
    expect(await clientOf(replay).block(LOGS)).toEqual(readRecorded(answersOf(LOGS)));
  });

  it('is refused if its infos stay away', async () => {
    once(INFOS, '[]', 99);
    const block = clientOf(replay).block(LOGS);
    await expect(block).rejects.toThrow(InvalidBlock);
    await expect(block).rejects.toThrow(/has block 63 with 1 transactions, but only 0 of their/);
  });

  it('is not there if the node follows another branch since the first answer', async () => {
    const infos = replay.recorded[PLAIN]?.infos ?? '';
    once(INFOS, infos);
    await expect(clientOf(replay).block(LOGS)).rejects.toThrow(/of another block/);
    const { block } = answersOf(LOGS);
    const other = seal({ ...block, transactions: [] }, STRANGER);
    replay.witnesses.push(witnessOf(STRANGER));
    replay.spoil = (path, { detail }) => {
      if (path.endsWith(INFOS)) return { text: infos };
      return detail === false ? { text: textOf(other) } : undefined;
    };
    expect(await clientOf(replay).block(LOGS)).toBeNull();
  });

  it('is refused if it is another one', async () => {
    once('getblock', replay.recorded[PLAIN]?.block ?? '');
    await expect(clientOf(replay).block(LOGS)).rejects.toThrow(/answered with block 57/);
  });

  it('is refused if something in it was changed', async () => {
    const text = replay.recorded[PLAIN]?.block ?? '';
    once('getblock', text.replace('"contractRet":"SUCCESS"', '"contractRet":"REVERT"'));
    await expect(clientOf(replay).block(PLAIN)).rejects.toThrow(/root of its header/);
  });

  it('fails if the node fails, without becoming another one', async () => {
    once('getblock', '{"Error":"class java.lang.NullPointerException : null"}');
    await expect(clientOf(replay).block(PLAIN)).rejects.toThrow(RpcFailure);
    expect(await clientOf(replay).block(PLAIN)).toMatchObject({ number: PLAIN });
  });
});

describe('the witnesses of a chain', () => {
  const { block } = answersOf(PLAIN);
  const witness: string = block.block_header.raw_data.witness_address;

  it('are asked for once, for any number of blocks', async () => {
    const client = clientOf(replay);
    await Promise.all([LOGS, PLAIN, 1, 2, 3].map((number) => client.block(number)));
    expect(replay.asked.filter((path) => path === 'wallet/listwitnesses')).toHaveLength(1);
    expect(replay.asked).not.toContain('wallet/getaccount');
  });

  it('are the only ones whose blocks are accepted', async () => {
    replay.witnesses = [addressOf('somebody')];
    await expect(clientOf(replay).block(PLAIN)).rejects.toThrow(/is no known key of witness/);
    await expect(clientOf(replay).header(PLAIN)).rejects.toThrow(/is no known key of witness/);
    await expect(clientOf(replay).head()).rejects.toThrow(/is no known key of witness/);
  });

  it('are asked for again when a new one signs, not more often than allowed', async () => {
    replay.witnesses = [];
    const rarely = clientOf(replay, { witnessesEveryMs: 60_000 });
    const often = clientOf(replay, { witnessesEveryMs: 0 });
    await expect(rarely.block(PLAIN)).rejects.toThrow(InvalidBlock);
    await expect(often.block(PLAIN)).rejects.toThrow(InvalidBlock);
    replay.witnesses = [witness];
    await expect(rarely.block(PLAIN)).rejects.toThrow(InvalidBlock);
    expect(await often.block(PLAIN)).toMatchObject({ number: PLAIN });
  });

  it('may sign with the key of their permission', async () => {
    const sealed = seal(block, STRANGER, witness);
    once('getblock', textOf(sealed), 99);
    const client = clientOf(replay, { witnessesEveryMs: 0 });
    await expect(client.block(PLAIN)).rejects.toThrow(/is no known key of witness/);
    replay.permissions.set(witness, witnessOf(STRANGER));
    expect(await client.block(PLAIN)).toMatchObject({ number: PLAIN, hash: sealed.blockID });
    // Older blocks were signed by the witness itself.
    once('getblock', textOf(block));
    expect(await client.block(PLAIN)).toMatchObject({ number: PLAIN, hash: block.blockID });
  });
});

describe('the head', () => {
  it('is the last block, which may go back', async () => {
    const client = clientOf(replay);
    replay.head = 100;
    expect(await client.head()).toMatchObject({ number: 100 });
    replay.head = 90;
    expect(await client.head()).toMatchObject({ number: 90 });
  });

  it('is asked for less often than it is needed if the calls of a day are few', async () => {
    const provider: ProviderConnection = {
      ...{ name: 'node', rpcUrl: replay.url, wsUrl: null, headers: {}, requestsPerSecond: null },
      tron: { callsPerDay: 100_000 },
    };
    const chain: Chain = {
      ...{ id: CHAIN, name: 'recorded', blockTimeMs: 3_000, reorgWindow: 128 },
      ...{ thresholds: [], minimumFinality: null },
      family: 'tron',
      finality: { kind: 'tag', tag: 'finalized' },
    };
    const client = openTronChain(chain, provider, { assets: [] });
    const first = await client.head();
    const calls = replay.asked.length;
    expect(await client.head()).toEqual(first);
    expect(replay.asked).toHaveLength(calls);
    expect(client.budget?.()).toEqual({ callsToday: calls, callsPerDay: 100_000 });
    expect(client.notes?.()).toContainEqual({
      topic: 'call-budget',
      state: 'wrong',
      sentence: `${calls} of 100000 calls a day were made since midnight UTC, and following the chain needs about 115200 a day: use an own node or a plan with more.`,
    });
  });
});

describe('what is solidified', () => {
  it('stays where it is while the solidity port lags a little', async () => {
    const client = clientOf(replay);
    replay.solid = 100;
    expect(await client.tagged('finalized')).toMatchObject({ number: 100 });
    replay.solid = 98;
    expect(await client.tagged('finalized')).toMatchObject({ number: 100 });
    replay.solid = 103;
    expect(await client.tagged('safe')).toMatchObject({ number: 103 });
  });

  it('is an alarm when it goes back, and fine when the node has it again', async () => {
    const client = clientOf(replay);
    await client.tagged('finalized');
    replay.solid = 100;
    await expect(client.tagged('finalized')).rejects.toThrow(
      /solidified block went back from 121 to 100/,
    );
    replay.solid = 121;
    expect(await client.tagged('finalized')).toMatchObject({ number: 121 });
  });
});

describe('pending transactions', () => {
  const [alice, bob, token] = [addressOf('alice'), addressOf('bob'), addressOf('token')];
  const input = `a9059cbb${'0'.repeat(24)}${bob.slice(2)}${(9).toString(16).padStart(64, '0')}`;
  const transactions = [trx(alice, bob, 5n), call(alice, token, 0n, input)].map((contract) => {
    const raw_data_hex = Buffer.from(message([11, contract])).toString('hex');
    return { txID: sha256Digits(Buffer.from(raw_data_hex, 'hex')), raw_data_hex };
  });

  /** Collects what is announced while the node answers like this. */
  function listening(spoil: Replay['spoil']) {
    replay.spoil = spoil;
    const client = clientOf(replay, { isPendingAsked: true });
    const found: PendingTransaction[] = [];
    const newHead = () => undefined;
    const listener = client.listen({ newHead, pending: (each) => void found.push(each) });
    if (listener === null) throw new Error('It does not listen.');
    return { ...listener, found };
  }

  function served(path: string, { value }: Json): ReplayReply | undefined {
    if (path.endsWith('listfrompending')) {
      return { text: textOf({ txId: ['no id', ...transactions.map(({ txID }) => txID)] }) };
    }
    const found = transactions.find(({ txID }) => txID === value);
    return path.endsWith('gettransactionfrompending') ? { text: textOf(found ?? {}) } : undefined;
  }

  it('are not asked for unless that is configured', () => {
    expect(
      clientOf(replay).listen({ newHead: () => undefined, pending: () => undefined }),
    ).toBeNull();
  });

  it('are announced once, with what they will move', async () => {
    const { fault, found, close } = listening(served);
    const rounds = () => replay.asked.filter((path) => path.endsWith('listfrompending')).length;
    await until(async () => rounds() >= 2, { timeoutMs: 20_000 });
    close();
    expect(found).toMatchObject([
      { nonce: null, transfers: [{ ordinal: 'value:0', amount: 5n, failed: false }] },
      { transfers: [{ ordinal: 'log:0', amount: 9n, asset: expect.stringMatching(/trc20:T/) }] },
    ]);
    expect(found.map(({ hash }) => hash)).toEqual(transactions.map(({ txID }) => txID));
    expect(fault()).toBeNull();
  });

  const [first, second] = transactions;
  it.each([
    ['another one', textOf(second)],
    ['no bytes', '{}'],
    ['what is no transaction', '{"raw_data_hex":"zz"}'],
    ['a list', '[]'],
  ])('are not believed if the node answers with %s, and the others are', async (_, other) => {
    const { fault, found, close } = listening((path, body) =>
      path.endsWith('gettransactionfrompending') && body.value === first?.txID
        ? { text: other }
        : served(path, body),
    );
    await until(async () => found.length > 0, { timeoutMs: 20_000 });
    close();
    expect(found.map(({ hash }) => hash)).toEqual([second?.txID]);
    expect(fault()).toBeNull();
  });

  it('are given up when the node does not serve them, which is their fault', async () => {
    const { fault, found, close } = listening((path) =>
      path.endsWith('pending')
        ? { status: 404, text: '{"Error":"this API is unavailable due to config"}' }
        : undefined,
    );
    await until(() => fault() !== null, { timeoutMs: 20_000 });
    close();
    expect(fault()).toMatch(/unavailable due to config.*allow the call on the node\.$/);
    expect(found).toEqual([]);
  });
});
