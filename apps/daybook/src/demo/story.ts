import { setTimeout as sleep } from 'node:timers/promises';
import { keccak256, parseEther, parseUnits } from 'ethers';
import colors from 'picocolors';
import { CONFIRMATIONS, type DemoChain, TOKEN_ABI } from './chain';
import type { LedgerApi, Replenishment } from './ledger-api';
import { patientRpc, rpc } from './rpc';
import { balanceTable, throughputTable } from './tables';

/** What does not happen within this is reported as not happening. */
const STEP_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Between two things that happen, so that a reader can follow. */
const READING_PAUSE_MS = 700;
/** A watcher that was away when a transaction was announced never hears of it until its block. */
const ANNOUNCE_AGAIN_MS = 3_000;

export interface StoryParts {
  readonly api: LedgerApi;
  /** The chain as it runs now: a killed node is replaced by another. */
  readonly chain: () => DemoChain;
  readonly print: (line: string) => void;
}

/** A transaction of the faucet, signed once: sending it again is the same transaction. */
interface Sent {
  readonly hash: string;
  readonly raw: string;
  readonly label: string;
}

/**
 * Plays a customer's first deposits against the running service and prints what happens as it
 * happens. Rejects with the step that did not happen in its time. Returns the customer's id.
 */
export async function tellStory(parts: StoryParts): Promise<string> {
  const { api, chain, print } = parts;
  const act = (title: string): void => print(`\n${colors.bold(title)}`);

  act('A customer signs up and gets an address for life');
  const { id, externalId } = await nextCustomer(api);
  print(`  customer ${colors.cyan(externalId)}  ${id}`);
  const purse = await api.post<{ address: string }>(`/v1/customers/${id}/purses`, {
    family: 'evm',
  });
  const { address } = purse.body;
  print(`  purse    ${colors.cyan(address)}`);
  const again = await api.post<{ address: string }>(`/v1/customers/${id}/purses`, {
    family: 'evm',
  });
  print(
    `  asked again: ${again.status}, ${again.body.address === address ? 'the same address' : '?'}`,
  );

  await sleep(READING_PAUSE_MS);
  act('Three transfers are sent to it: two tokens and the native coin');
  const { usdt, usdc } = chain().tokens;
  const first = await send(chain(), [
    { label: '25.5 USDT_LOCAL', to: usdt, data: transfer(address, parseUnits('25.5', 6)) },
    { label: '40 USDC_LOCAL', to: usdc, data: transfer(address, parseUnits('40', 6)) },
    { label: '0.75 ETH_LOCAL', to: address, value: parseEther('0.75') },
  ]);
  await follow(parts, id, first);

  act('What the customer has, and has ever received');
  print(await balanceTable(api, id));
  print(await throughputTable(api, id));

  act('The customer is blocked; the address stays in use');
  await api.post(`/v1/customers/${id}/block`, { reason: 'demo' });
  const late = await send(chain(), [
    { label: '10 USDT_LOCAL', to: usdt, data: transfer(address, parseUnits('10', 6)) },
  ]);
  await follow(parts, id, late);
  print('  Credited to the account, not to the customer, until the customer is unblocked:');
  print(await balanceTable(api, id));
  print(await throughputTable(api, id));
  return id;
}

/** The first of demo-1, demo-2, ... who does not exist yet: only a new customer is answered 201. */
async function nextCustomer(api: LedgerApi): Promise<{ id: string; externalId: string }> {
  for (let n = 1; ; n++) {
    const externalId = `demo-${n}`;
    const { status, body } = await api.post<{ id: string }>('/v1/customers', { externalId });
    if (status === 201) return { id: body.id, externalId };
  }
}

function transfer(to: string, amount: bigint): string {
  return TOKEN_ABI.encodeFunctionData('transfer', [to, amount]);
}

async function send(
  chain: DemoChain,
  transactions: readonly { label: string; to: string; data?: string; value?: bigint }[],
): Promise<Sent[]> {
  const { url, faucet } = chain;
  const first = await patientRpc<string>(url, 'eth_getTransactionCount', faucet, 'pending');
  const sent = await Promise.all(
    transactions.map(async ({ label, ...transaction }, n) => {
      const raw = await chain.sign({ ...transaction, nonce: Number(first) + n });
      return { hash: keccak256(raw), raw, label };
    }),
  );
  await resend(chain, sent);
  return sent;
}

/**
 * Prints every change of the transfers' replenishments until all are confirmed, making blocks on
 * the way: one when all were seen in the mempool, the others when all were detected.
 */
async function follow(parts: StoryParts, customerId: string, sent: readonly Sent[]): Promise<void> {
  const began = Date.now();
  const shown = new Map<string, string>();

  const look = async (): Promise<Replenishment[]> => {
    const path = `/v1/replenishments?customerId=${customerId}`;
    const { data } = await parts.api.get<{ data: Replenishment[] }>(path);
    const ours = sent.flatMap(({ hash }) => data.filter(({ txHash }) => txHash === hash));
    for (const replenishment of ours) {
      const { id, status } = replenishment;
      if (shown.get(id) !== status) parts.print(line(replenishment, Date.now() - began));
      shown.set(id, status);
    }
    return ours;
  };
  const reach = async (statuses: readonly string[], keepGoing: () => Promise<void>) => {
    const deadline = Date.now() + STEP_TIMEOUT_MS;
    for (;;) {
      const ours = await look();
      const open = sent.filter(
        ({ hash }) => !ours.some((r) => r.txHash === hash && statuses.includes(r.status)),
      );
      if (open.length === 0) return;
      if (Date.now() > deadline) {
        const missing = open.map(({ label }) => label).join(', ');
        throw new Error(
          `Not ${statuses[0]} within ${STEP_TIMEOUT_MS / 1000} s: ${missing}. The logs in the data folder tell more.`,
        );
      }
      await keepGoing();
      await sleep(POLL_MS);
    }
  };

  let announced = began;
  await reach(['seen', 'detected', 'confirmed'], async () => {
    if (Date.now() - announced < ANNOUNCE_AGAIN_MS) return;
    announced = Date.now();
    await announceAgain(parts.chain(), sent);
  });
  await sleep(READING_PAUSE_MS);
  await reach(['detected', 'confirmed'], () => mineUntil(parts, sent, 1));
  let depth = 1;
  let due = 0;
  await reach(['confirmed'], async () => {
    if (Date.now() < due) return;
    depth = Math.min(depth + 1, CONFIRMATIONS + 1);
    due = Date.now() + READING_PAUSE_MS;
    await mineUntil(parts, sent, depth);
  });
}

/** Takes the transactions out of the mempool and sends them as if for the first time. */
async function announceAgain(chain: DemoChain, sent: readonly Sent[]): Promise<void> {
  for (const { hash } of sent) {
    await rpc(chain.url, 'anvil_dropTransaction', hash).catch(() => undefined);
  }
  await resend(chain, sent);
}

/** Sends again what the node does not know. One that is being started again is tried later. */
async function resend({ url }: DemoChain, sent: readonly Sent[]): Promise<void> {
  for (const { hash, raw } of sent) {
    try {
      if (!(await rpc(url, 'eth_getTransactionByHash', hash))) {
        await rpc(url, 'eth_sendRawTransaction', raw);
      }
    } catch {
      return;
    }
  }
}

/** Makes a block if the transactions are not `depth` blocks deep: the block they are in is the first. */
async function mineUntil(parts: StoryParts, sent: readonly Sent[], depth: number): Promise<void> {
  const chain = parts.chain();
  await resend(chain, sent);
  try {
    const head = Number(await rpc<string>(chain.url, 'eth_blockNumber'));
    const receipts = await Promise.all(
      sent.map(({ hash }) =>
        rpc<{ blockNumber: string } | null>(chain.url, 'eth_getTransactionReceipt', hash),
      ),
    );
    const depths = receipts.map((receipt) =>
      receipt ? head - Number(receipt.blockNumber) + 1 : 0,
    );
    if (Math.min(...depths) >= depth) return;
    await chain.mine();
    parts.print(colors.dim(`           block ${head + 1} is made`));
  } catch {
    // The node is being started again; the caller comes back.
  }
}

const WORDS: Readonly<Record<string, string>> = {
  seen: 'seen in the mempool',
  detected: colors.yellow('detected in a block'),
  confirmed: colors.green('confirmed'),
};

function line({ status, money, blocked }: Replenishment, elapsedMs: number): string {
  const time = `${(elapsedMs / 1000).toFixed(1)} s`.padStart(8);
  const amount = `${money.amount} ${money.currency}`.padEnd(18);
  const note = blocked && status === 'confirmed' ? colors.magenta(' blocked: true') : '';
  return `  ${colors.dim(time)} ${amount} ${WORDS[status] ?? status}${note}`;
}
