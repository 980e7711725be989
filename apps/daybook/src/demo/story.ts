import { setTimeout as sleep } from 'node:timers/promises';
import type { json } from '@daybook/contracts';
import pRetry from 'p-retry';
import colors from 'picocolors';
import { EXIT, Failure } from '../cli/exit-codes';
import type { LedgerApi, List } from '../cli/ledger-api';
import { recordTable } from '../cli/output';
import type { DemoChain, Payment } from './chain';

/** For one deposit. */
const STORY_TIMEOUT_MS = 180_000;
const POLL_MS = 50;
/** Between two events, so that a reader can follow. */
const READING_PAUSE_MS = 700;
/** The watcher may have missed the announcement of a transfer, or the node may have forgotten a block. */
const PATIENCE_MS = 3_000;
/** A killed process is back within a minute. */
const RETRY = { retries: 300, minTimeout: 200, factor: 1, maxRetryTime: 60_000 };

export interface Story {
  /** The ledger, called with the key of an account. */
  readonly api: LedgerApi;
  /** The chain as it runs now. A killed node is replaced. */
  readonly chain: () => DemoChain;
  readonly print: (line: string) => void;
}

/**
 * Plays a customer's first deposits against the running service and prints each event. Rejects if one does
 * not happen in time.
 */
export async function tellStory({ chain, print, ...options }: Story): Promise<void> {
  const api = patient(options.api);
  const story = { api, chain, print };
  const act = (title: string): void => print(`\n${colors.bold(title)}`);
  const { family, amounts, remark } = chain();

  if (remark !== '') print(`\n${remark}`);
  act('A customer signs up and gets a permanent deposit address');
  const { id, externalId } = await createCustomer(api);
  const mint = () =>
    api.post<{ readonly address: string }>(`/v1/customers/${id}/purses`, { family });
  const { address } = await mint();
  print(`  customer ${colors.cyan(externalId)}  ${id}`);
  print(`  purse    ${colors.cyan(address)}`);
  const again = await mint();
  print(`  requested again: ${again.address === address ? 'the same address' : again.address}`);
  const payment = (what: Payment['what'], amount = amounts[what]) => ({
    what,
    to: address,
    amount,
  });

  await sleep(READING_PAUSE_MS);
  act('Three transfers are sent to it: two tokens and the native coin');
  await deposit(story, id, [payment('firstToken'), payment('secondToken'), payment('coin')]);

  act('The balance of the customer, and everything ever received');
  await printFigures(story, id);

  act('The customer is blocked; the address stays in use');
  await api.post(`/v1/customers/${id}/block`, { reason: 'demo' });
  await deposit(story, id, [payment('firstToken', '10')]);
  print('  Credited to the account, not to the customer, until the customer is unblocked:');
  await printFigures(story, id);
}

/** The same API. It retries while the ledger is down: every command is safe to repeat. */
function patient(api: LedgerApi): LedgerApi {
  const shouldRetry = (error: Error) => error instanceof Failure && error.exitCode !== EXIT.usage;
  const options = { ...RETRY, shouldRetry };
  return {
    get: (path) => pRetry(() => api.get(path), options),
    post: (path, body) => pRetry(() => api.post(path, body), options),
  };
}

/** The first of demo-1, demo-2, ... who does not exist yet. */
async function createCustomer(api: LedgerApi): Promise<{ id: string; externalId: string }> {
  for (let n = 1; ; n++) {
    const externalId = `demo-${n}`;
    const { data } = await api.get<List<object>>(`/v1/customers?externalId=${externalId}`);
    if (data.length === 0) return api.post('/v1/customers', { externalId });
  }
}

/** Sends payments, makes blocks, and prints the replenishments until all are confirmed. */
async function deposit(
  { api, chain, print }: Story,
  customerId: string,
  payments: readonly Payment[],
): Promise<void> {
  const sent = await pRetry(() => send(chain(), payments), RETRY);
  const startedAt = Date.now();
  const shown = new Map<string, string>();
  let [blocks, actedAt] = [0, startedAt];
  for (;;) {
    const path = `/v1/replenishments?customerId=${customerId}`;
    const { data } = await api.get<List<json.Replenishment>>(path);
    const ours = data.filter(({ txHash }) => sent.some(({ hash }) => hash === txHash));
    for (const replenishment of ours) {
      const { id, status } = replenishment;
      if (shown.get(id) !== status) print(line(replenishment, Date.now() - startedAt));
      shown.set(id, status);
    }
    const areAll = (test: (status: string) => boolean) =>
      ours.length === sent.length && ours.every(({ status }) => test(status));
    if (areAll((status) => status === 'confirmed')) return;
    if (Date.now() - startedAt > STORY_TIMEOUT_MS) {
      const seconds = STORY_TIMEOUT_MS / 1_000;
      throw new Error(
        `The deposits are not confirmed after ${seconds} s. The logs in the data folder say more.`,
      );
    }
    // The first block is made when all transfers were seen, further ones when all were detected.
    const isShown = areAll((status) => blocks === 0 || status !== 'seen');
    if (Date.now() - actedAt > (isShown ? READING_PAUSE_MS : PATIENCE_MS)) {
      const isAnnouncement = blocks === 0 && !isShown;
      try {
        await chain().announce(sent, isAnnouncement);
        if (!isAnnouncement) {
          const number = await chain().mine();
          blocks += 1;
          print(colors.dim(`           block ${number}`));
        }
        actedAt = Date.now();
      } catch {
        // The node is being restarted. The next round tries again.
      }
    }
    await sleep(POLL_MS);
  }
}

/** Signs payments of the faucet and sends them. */
async function send(chain: DemoChain, payments: readonly Payment[]) {
  const signed = await chain.sign(payments);
  await chain.announce(signed, false);
  return signed;
}

async function printFigures({ api, print }: Story, customerId: string): Promise<void> {
  const of = async <T>(figures: string) =>
    (await api.get<List<T>>(`/v1/customers/${customerId}/${figures}`)).data;
  const balances = await of<json.Balance>('balances');
  const throughput = await of<json.Throughput>('throughput');
  const tables = [
    recordTable(
      balances.map(({ claim, accountClaim, custody }) => ({
        ...{ balance: claim.currency, 'of the customer': claim.amount },
        ...{ 'of the account': accountClaim.amount, 'on the purse': custody.amount },
      })),
    ),
    recordTable(
      throughput.map(({ received, reversed, receipts }) => ({
        ...{ throughput: received.currency, received: received.amount },
        ...{ reversed: reversed.amount, receipts },
      })),
    ),
  ];
  print(tables.join('\n\n').replace(/^(?=.)/gm, '  '));
}

const WORDS: Readonly<Record<string, string>> = {
  seen: 'seen in the mempool',
  detected: colors.yellow('detected in a block'),
  confirmed: colors.green('confirmed'),
};

function line({ status, money, blocked }: json.Replenishment, elapsedMs: number): string {
  const time = `${(elapsedMs / 1000).toFixed(1)} s`.padStart(8);
  const amount = `${money.amount} ${money.currency}`.padEnd(21);
  const note = blocked && status === 'confirmed' ? colors.magenta(' blocked: true') : '';
  return `  ${colors.dim(time)} ${amount} ${WORDS[status] ?? status}${note}`;
}
