import {
  type ChainHeadV1,
  LOOK_UP_KIND,
  type LookUpV1,
  type OutflowV1,
  parseWatchRequest,
  TOPICS,
  type TransferV1,
} from '@daybook/contracts';
import {
  finding,
  identity,
  type ParkedKeyName,
  purse,
  streamName,
  unplannedOutflow,
} from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { goldenMessage } from '../../../libs/contracts/testing/golden';
import { until } from '../../../test/dependencies';
import type { TestLedger } from '../../../test/ledger-harness';
import { ChangeAccount } from '../src/accounts/change-account';
import {
  DEFAULT_ACCOUNT_ID,
  DEFAULT_OPERATOR_NAME,
  findingIdOf,
  operatorIdOf,
  replenishmentIdOf,
} from '../src/edge/identity';
import { IssueApiKey, RevokeApiKey } from '../src/edge/keys';
import { nameOfLog } from '../src/edge/log-epochs';
import { systemContext } from '../src/edge/request-context';
import { RecordDifferences } from '../src/findings';
import { GetReactions } from '../src/reactions/get-reactions';
import { mintOnAddressOf } from './shared-addresses';

/** What a ledger has of everything, so that every operation has something to answer with. */
export interface Known {
  readonly customerId: string;
  readonly purseId: string;
  readonly address: string;
  /** Erased, and one that is not erased yet. */
  readonly erasedCustomerId: string;
  readonly forgottenCustomerId: string;
  /** Of two purses that were minted on the address of another one: it has one of its own since; it has none yet. */
  readonly assignedPurseId: string;
  readonly heldPurseId: string;
  /** Of two purses that lost their owner: it is confirmed since; it is not yet. */
  readonly confirmedPurseId: string;
  readonly unownedPurseId: string;
  readonly replenishmentId: string;
  /** Voided; voided and credited again; credited. */
  readonly voidedId: string;
  readonly restoredId: string;
  readonly otherId: string;
  /** Noted by an operator; another one is open, and a claim is below zero. */
  readonly findingId: string;
  readonly openFindingId: string;
  readonly accountId: string;
  readonly operatorId: string;
  readonly operatorKey: string;
  /** Cancelled, with a report of its watcher. */
  readonly watchRequestId: string;
  readonly chain: string;
  /** A transaction of the chain, which a watcher knows: it pays the purse. */
  readonly transaction: string;
  /** Of a revoked key of the account, and of one of the operator. */
  readonly keyId: string;
  /** A key that is parked for a consumer group. */
  readonly parkedKey: ParkedKeyName;
  /** Identity and epoch of the event log. */
  readonly log: string;
  /** Everything above is visible from here on. */
  readonly position: string;
}

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

/** The references of what operators did. */
export const [VOID, CREDIT, NOTE, ASSIGN, CONFIRM] = [
  ...(['case-1', 'case-2', 'case-3', 'case-4', 'case-5'] as const),
] as const;

/** What is known of the customer. */
export const PROFILE = {
  ...{ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', phone: '+41 79 123 45 67' },
  ...{ description: 'the first', metadata: { tier: 'gold' } },
} as const;

/** So long that nothing expires. */
export const PURSE_EXPIRY = { unusedDays: 3_000, idleDays: 3_001 };

const CHAIN = 'eip155:31337';
const COIN = `${CHAIN}/slip44:60`;
const TOKEN = `${CHAIN}/erc20:0x${'7'.repeat(40)}`;

/** A chains file for a ledger that is to be filled. */
export const CHAINS_FILE = {
  chains: [
    {
      id: CHAIN,
      name: 'Test',
      rpcUrl: 'http://127.0.0.1:1',
      finality: { kind: 'depth', confirmations: 1 },
      assets: [],
      blockTimeMs: null,
      reorgWindow: 8,
    },
  ],
};

/**
 * A customer with a purse and two replenishments, of which one was credited; another customer; a watched
 * chain. Between them, every field of every resource says something.
 */
export async function fill(ledger: TestLedger): Promise<Known> {
  const ann = { externalId: 'ann', ...PROFILE };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body: ann });
  const { body: purse } = await ledger.request('POST', `/v1/customers/${customer.id}/purses`, {
    body: { family: 'evm', outsideOrderId: 'order-1' },
  });
  const bob = { externalId: 'bob', families: ['evm'] };
  const { body: other } = await ledger.request('POST', '/v1/customers', { body: bob });
  await ledger.publishTransfers([
    transferTo(purse.address, 'a', '340282366920938463463374607431768211455'),
    { ...transferTo(purse.address, 'c', '3'), netted: '2', unbacked: '1' },
  ]);
  // One is booked, and one was of a transaction that failed.
  await ledger.publishOutflows([
    { ...outflowOf(purse.address, '3'), netted: '1' },
    { ...outflowOf(purse.address, '4'), status: 'failed', finality: null },
  ]);
  // Not found, until the read models have the purse.
  const left = async () =>
    (await ledger.request('GET', `/v1/purses/${purse.id}/outflows`)).body.data ?? [];
  await until(async () => (await left()).length === 2, { description: 'The outflows' });
  const list = async () => (await ledger.request('GET', '/v1/replenishments')).body.data;
  await until(async () => (await list()).length === 2, { description: 'The replenishments' });
  const [credited] = (await ledger.request('GET', '/v1/replenishments?status=CONFIRMED')).body.data;
  await ledger.publishChainHead({
    chain: CHAIN,
    latest: 120,
    matched: 118,
    finalized: 60,
    state: 'stalled',
    detail: 'The node stands still.',
    observedAt: '2026-01-02T03:04:05.000Z',
    addressesThrough: '2',
    ...watchOf('with-all-that-operators-see', 'watch'),
    ...watchOf('with-blocks-in-quarantine', 'quarantine'),
  });
  const chains = async () => (await ledger.request('GET', '/v1/chains')).body.data;
  const isKnown = async () => JSON.stringify(await chains()).includes('"latest":120');
  await until(isKnown, { description: 'The head' });
  await addUp(ledger, other.purses[0]);
  return {
    customerId: customer.id,
    purseId: purse.id,
    address: purse.address,
    replenishmentId: credited.id,
    ...(await eraseCustomer(ledger)),
    ...(await shareAddress(ledger)),
    ...(await loseOwners(ledger)),
    ...(await changeCredits(ledger, purse)),
    ...(await resolveFindings(ledger, customer.id, purse)),
    ...(await spendKeys(ledger)),
    ...{ chain: CHAIN, watchRequestId: await cancelRescan(ledger) },
    transaction: await answerLookUps(ledger, purse.address),
    parkedKey: await parkKey(ledger),
    log: nameOfLog(ledger.store.identity),
    position: String(await ledger.store.head()),
  };
}

/** A customer who was erased, and one who can be. */
async function eraseCustomer(ledger: TestLedger) {
  const create = async (externalId: string) =>
    (await ledger.request('POST', '/v1/customers', { body: { externalId } })).body.id as string;
  const [erasedCustomerId, forgottenCustomerId] = [await create('hal'), await create('ida')];
  const body = { reason: 'a test' };
  await ledger.request('POST', `/v1/customers/${erasedCustomerId}/erase`, { body });
  return { erasedCustomerId, forgottenCustomerId };
}

/** Purses that were given the address of another one; one got its own. */
async function shareAddress(ledger: TestLedger) {
  const body = { externalId: 'eve', families: ['evm'] };
  const { body: owner } = await ledger.request('POST', '/v1/customers', { body });
  const [first] = owner.purses;
  const [assignedPurseId, heldPurseId] = await mintOnAddressOf(ledger, first.id, ['fay', 'gus']);
  await ledger.request('GET', `/v1/purses?minPosition=${await ledger.store.head()}`);
  await operate(ledger, `purses/${assignedPurseId}/address`, { reference: ASSIGN });
  return { assignedPurseId, heldPurseId };
}

/** Purses of which the log lost the owner; that of one is confirmed. */
async function loseOwners(ledger: TestLedger) {
  const ids: string[] = [];
  for (const externalId of ['hal', 'ida']) {
    const body = { externalId, families: ['evm'] };
    const { purses } = (await ledger.request('POST', '/v1/customers', { body })).body;
    const { commandId, ...metadata } = systemContext(DEFAULT_ACCOUNT_ID);
    await decideAndAppend(ledger.store, {
      ...{ stream: streamName('purse', purses[0].id), decider: purse, commandId, metadata },
      command: { type: 'LoseOwner', accountId: DEFAULT_ACCOUNT_ID, reason: 'a test' },
    });
    ids.push(purses[0].id);
  }
  const [confirmedPurseId = '', unownedPurseId = ''] = ids;
  await operate(ledger, `purses/${confirmedPurseId}/owner`, { reference: CONFIRM });
  return { confirmedPurseId, unownedPurseId };
}

type Minted = { readonly id: string; readonly address: string };

/** A replenishment that is voided, and one that is credited again. */
async function changeCredits(ledger: TestLedger, purse: Minted) {
  const reports = ['d', 'e', 'f'].map((digit) => transferTo(purse.address, digit, '2000000'));
  await ledger.publishTransfers(reports);
  const [voidedId = '', restoredId = '', otherId = ''] = reports.map(({ transferId }) =>
    replenishmentIdOf(transferId),
  );
  const statusOf = async (id: string) =>
    (await ledger.request('GET', `/v1/replenishments/${id}`)).body.status;
  await until(async () => (await statusOf(otherId)) === 'confirmed');
  const act = (id: string, what: string, reference: string) =>
    operate(ledger, `replenishments/${id}/${what}`, { reference });
  await act(voidedId, 'void', VOID);
  await act(restoredId, 'void', VOID);
  await act(restoredId, 'credit', CREDIT);
  return { voidedId, restoredId, otherId };
}

/** Deposits below the minimum that add up to it. */
async function addUp(ledger: TestLedger, purse: Minted): Promise<void> {
  await ledger.publishTransfers(
    ['1', '2'].map((digit) => transferTo(purse.address, digit, '600000')),
  );
  const path = `/v1/replenishments?purseId=${purse.id}&status=CONFIRMED`;
  const released = async () => (await ledger.request('GET', path)).body.data;
  await until(async () => (await released()).length === 2, { description: 'The sum' });
}

/** Differences that were booked, noted and left open, and an outflow that nobody planned. */
async function resolveFindings(ledger: TestLedger, customerId: string, purse: Minted) {
  const address = purse.address.toLowerCase();
  const parties = { accountId: DEFAULT_ACCOUNT_ID, customerId, purseId: purse.id };
  const idOf = (asset: string) =>
    findingIdOf(identity.finding('unexplained', `${address}\n${asset}`));
  const observe = (asset: string, number: number, onChain: bigint) => {
    const block = { number, hash: `0x${number}` };
    const chain = asset.slice(0, asset.indexOf('/'));
    const seen = { chain, address, asset, onChain, recorded: 0n, block };
    const at = '2026-01-02T03:04:05.000Z';
    return ledger.app.get(CommandBus).execute(new RecordDifferences([{ ...parties, ...seen, at }]));
  };
  const resolve = (asset: string, body: object) =>
    operate(ledger, `findings/${idOf(asset)}/resolve`, body);
  // What is credited to one is charged to the other, whose claim is below zero then.
  for (const [asset, credited, charged] of [
    [COIN, 'account', 'customer'],
    [TOKEN, 'customer', 'account'],
  ] as const) {
    const credit = { resolution: 'credit', reference: 'credited' };
    await observe(asset, 90, 0n);
    await observe(asset, 100, 5n);
    await resolve(asset, { ...credit, difference: '5', creditTo: credited });
    await observe(asset, 101, 0n);
    const charge = { ...credit, reference: 'charged' };
    await resolve(asset, { ...charge, difference: '-5', creditTo: charged });
  }
  await observe(COIN, 102, 7n);
  await resolve(COIN, { resolution: 'rescan', reference: 'rescanned' });
  await resolve(COIN, { resolution: 'note', reference: NOTE });
  await observe(USDT, 100, 1n);
  const outflow = { outflowId: `${CHAIN}/0x${'f'.repeat(64)}/log:0`, amount: '5', block: 100 };
  const about = { chain: CHAIN, address, asset: COIN };
  const { name, command, accountId } = unplannedOutflow(parties, { ...outflow, ...about });
  await decideAndAppend(ledger.store, {
    ...{ stream: streamName('finding', findingIdOf(name)), decider: finding, command },
    ...{ commandId: 'a test', metadata: { accountId, actor: 'system' } },
  });
  return { findingId: idOf(COIN), openFindingId: idOf(USDT) };
}

function operate(ledger: Pick<TestLedger, 'request' | 'operatorKey'>, path: string, act: object) {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const body = { reason: 'a test', ...act };
  return ledger.request('POST', `/v1/operations/${path}`, { headers, body });
}

/** A field of a golden report. */
function watchOf<Field extends 'watch' | 'quarantine'>(name: string, field: Field) {
  const { value } = goldenMessage(TOPICS.chainHead, name);
  return { [field]: value[field] } as Pick<Required<ChainHeadV1>, Field>;
}

/** A message that cannot be handled as it is. */
async function parkKey({ watcherLog: log }: TestLedger): Promise<ParkedKeyName> {
  const parkedKey = {
    topic: TOPICS.transfer,
    group: 'ledger',
    key: `${CHAIN}/0x${'1'.repeat(40)}`,
  };
  const { topic, group, key } = parkedKey;
  await log.publish(topic, [{ id: 'poison', key, value: '{"nonsense":true}', headers: {} }]);
  const isParked = async () => (await log.parked(topic, group)).length > 0;
  await until(isParked, { description: 'The parked key' });
  return parkedKey;
}

const SPENT = 'spent000';

/** Revokes a key of the account and one of the operator, which have the same key id. */
async function spendKeys({ app, operatorKey }: TestLedger) {
  const commands = app.get(CommandBus);
  const accountId = DEFAULT_ACCOUNT_ID;
  const operatorId = operatorIdOf(DEFAULT_OPERATOR_NAME);
  const secret = 's'.repeat(43);
  const key = { name: 'old', scopes: ['read'], expiresAt: '2099-01-01T00:00:00.000Z' };
  const owners = [
    { owner: { kind: 'account', id: accountId }, key: `dbk_${SPENT}_${secret}` },
    { owner: { kind: 'operator', id: operatorId }, key: `dbo_${SPENT}_${secret}` },
  ] as const;
  for (const issued of owners) {
    const context = () => systemContext(issued.owner.kind === 'account' ? accountId : '');
    await commands.execute(new IssueApiKey(context(), { ...key, ...issued }));
    const spent = { owner: issued.owner, keyId: SPENT, reason: 'a test' };
    await commands.execute(new RevokeApiKey(context(), spent));
  }
  const policy = { purseExpiry: PURSE_EXPIRY, reason: 'a test' };
  const change = { type: 'ChangeAccountPolicy', ...policy } as const;
  await commands.execute(new ChangeAccount(systemContext(accountId), change));
  const isPlanned = async () => {
    const { reactions } = await app.get(QueryBus).execute(new GetReactions());
    const expiry = reactions.find(({ name }) => name === 'expire-purses');
    return expiry !== undefined && expiry.nextDueAt !== null && expiry.overdue === 0;
  };
  await until(isPlanned, { description: 'The expiry of the purses' });
  return { accountId, operatorId, operatorKey, keyId: SPENT };
}

/** Two requests to the watcher of the chain, of which the second was cancelled and reported on. */
async function cancelRescan(ledger: TestLedger): Promise<string> {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const path = '/v1/operations/watch-requests';
  const order = { kind: 'rescan', fromBlock: '1', toBlock: '100', reason: 'a test' };
  await ledger.request('POST', path, { headers, body: order });
  const { body: request } = await ledger.request('POST', path, { headers, body: order });
  const cancel = { headers, body: { reason: 'a test' } };
  await ledger.request('POST', `${path}/${request.id}/cancel`, cancel);
  await ledger.publishWatchReport({
    ...{ requestId: request.id, chain: CHAIN, state: 'cancelled', from: 1, to: 100 },
    ...{ blocksLeft: 40, found: 2, versions: 1, reason: 'Not a real one.' },
    observedAt: '2026-01-02T03:04:05.000Z',
  });
  const isReported = async () => {
    const { body } = await ledger.request('GET', `${path}/${request.id}`, { headers });
    return body.reportedAt !== undefined && body.reportedAt !== null;
  };
  await until(isReported, { description: 'The report on the request' });
  return request.id;
}

/** Answers look-ups as a watcher does: with a transaction that pays the purse, of which one movement is recorded. */
async function answerLookUps(ledger: TestLedger, address: string): Promise<string> {
  const transaction = `0x${'5c'.repeat(32)}`;
  const to = address.toLowerCase();
  const from = `0x${'1'.repeat(40)}`;
  const block = { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.678Z' };
  const coin = `${CHAIN}/slip44:60`;
  const paid = transferTo(address, '5', '7');
  const transferId = `${CHAIN}/${transaction}/log:0`;
  await ledger.publishTransfers([
    { ...paid, transferId, chain: CHAIN, asset: coin, txHash: transaction, block },
  ]);
  const isRecorded = async () => {
    const { body } = await ledger.request('GET', '/v1/replenishments');
    return body.data.some(({ txHash }: { txHash: string }) => txHash === transaction);
  };
  await until(isRecorded, { description: 'The replenishment of the transaction' });
  const lookUp: LookUpV1 = {
    ...{ transaction, status: 'failed', block, watch: 'matched', head: 120, finalized: 60 },
    movements: [
      { ordinal: 'log:0', asset: coin, amount: '7', from, to },
      { ordinal: 'log:1', asset: coin, amount: '8', from: to, to },
    ],
    movementsLeft: 1,
  };
  await ledger.app.get(DurableLog).subscribe({
    ...{ topic: TOPICS.watchRequest, group: `watcher-${CHAIN}`, limit: 100 },
    async handle(messages) {
      const asked = messages.map(({ value }) => parseWatchRequest(value));
      for (const { requestId, kind, transaction: named = '' } of asked) {
        if (kind !== LOOK_UP_KIND) continue;
        await ledger.publishWatchReport({
          ...{ requestId, chain: CHAIN, state: 'done', from: null, to: null, blocksLeft: 0 },
          ...{ found: 0, versions: 0, reason: null, observedAt: new Date().toISOString() },
          lookUp: { ...lookUp, transaction: named },
        });
      }
      return [];
    },
  });
  return transaction;
}

/** A final transfer of USDT; `digit` makes it another one. */
function outflowOf(address: string, digit: string): OutflowV1 {
  const { transferId, to, from, ...moved } = transferTo(address, digit, '2');
  return { ...moved, outflowId: transferId, from: to, to: from, status: 'final' } as OutflowV1;
}

function transferTo(address: string, digit: string, amount: string): TransferV1 {
  const txHash = `0x${digit.repeat(64)}`;
  return {
    transferId: `eip155:1/${txHash}/log:0`,
    version: 1,
    status: 'final',
    chain: 'eip155:1',
    asset: USDT,
    amount,
    from: `0x${'1'.repeat(40)}`,
    to: address.toLowerCase(),
    txHash,
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.678Z' },
    finality: { kind: 'depth', confirmations: 12 },
  };
}
