import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type json, type TransferV1 } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import { surviveErrors } from '@daybook/platform/plain';
import { CommandBus } from '@nestjs/cqrs';
import { freePort, until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { ChangeAccount } from '../src/accounts/change-account';
import { systemContext } from '../src/edge/request-context';

const SCREENED = 'b3a1c9de-70f4-5b6d-9f30-6b8a9c3d5e71';
const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const SECRET = 'a secret of more than thirty-two characters';
const ACT = { reason: 'the sender showed where it comes from', reference: 'case-1751' };

/** What the service answers, by the address of the sender; nothing: it fails. */
const answers = new Map<string, string>();
const asked: { readonly body: string; readonly request: IncomingMessage }[] = [];

let ledger: TestLedger;
let service: Server;
let authorization: string;
beforeAll(async () => {
  const port = await freePort();
  service = surviveErrors(
    createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts).toString();
      asked.push({ body, request });
      const answer = answers.get(JSON.parse(body).from);
      response.statusCode = answer === undefined ? 503 : 200;
      response.end(answer === undefined ? '' : JSON.stringify({ decision: answer }));
    }),
  );
  await new Promise<void>((listening) => service.listen(port, '127.0.0.1', listening));
  ledger = await createLedgerForTest({
    env: {
      compliance: 'http',
      complianceUrl: `http://127.0.0.1:${port}/decide`,
      complianceSecret: SECRET,
    },
  });
  const open = { type: 'OpenAccount', name: 'screened', policy: { screening: true } } as const;
  await ledger.app.get(CommandBus).execute(new ChangeAccount(systemContext(SCREENED), open));
  const scopes = ['read', 'write'];
  authorization = `Bearer ${await ledger.issueKey({ scopes, accountId: SCREENED })}`;
});
afterAll(async () => {
  await ledger.close();
  await new Promise((closed) => service.close(closed));
});

const request = (method: string, path: string, body?: object) =>
  ledger.request(method, path, { headers: { authorization }, ...(body && { body }) });
const atHead = async (path: string) => {
  const joined = path.includes('?') ? '&' : '?';
  return (await request('GET', `${path}${joined}minPosition=${await ledger.store.head()}`)).body;
};
const operate = (path: string, body: object) => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  return ledger.request('POST', `/v1/operations/${path}`, { headers, body });
};

let count = 0;

async function mint() {
  count += 1;
  const body = { externalId: `customer-${count}`, families: ['evm'] };
  const { purses, id } = (await request('POST', '/v1/customers', body)).body;
  return { id: purses[0].id as string, customerId: id as string, address: purses[0].address };
}

/** A final transfer from an address about which the service says `answer`. */
function transferTo(address: string, answer: string | null): TransferV1 {
  count += 1;
  const hex = count.toString(16);
  const from = `0x${hex.padStart(40, 'c')}`;
  if (answer !== null) answers.set(from, answer);
  const txHash = `0x${hex.padStart(64, '0')}`;
  return {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: '5000000', to: address.toLowerCase(), txHash, from },
    finality: { kind: 'depth', confirmations: 12 },
    block: { number: 100, hash: `0x${hex.padStart(64, 'b')}`, time: '2026-01-02T03:04:05.000Z' },
  };
}

const shown = async (purseId: string): Promise<readonly json.Replenishment[]> =>
  (await atHead(`/v1/replenishments?purseId=${purseId}`)).data;
const have = (purseId: string, ...statuses: readonly string[]) =>
  until(async () => `${(await shown(purseId)).map(({ status }) => status)}` === `${statuses}`, {
    description: `Replenishments that are ${statuses}`,
  });

async function balanceOf(purseId: string) {
  const [of]: json.Balance[] = (await atHead(`/v1/purses/${purseId}/balances`)).data;
  return [of?.custody, of?.claim, of?.suspense].map((money) => money?.baseUnits);
}

it('credits what the service approves, which is asked once with a signed request', async () => {
  const purse = await mint();
  const transfer = transferTo(purse.address, 'approved');
  await ledger.publishTransfers([transfer]);
  await have(purse.id, 'confirmed');
  const [replenishment] = await shown(purse.id);
  expect(replenishment).toMatchObject({
    ...{ creditedTo: 'customer', complianceState: 'CHECKED' },
    compliance: { mode: 'http', verdict: 'passed', listVersion: null },
  });
  expect(await balanceOf(purse.id)).toEqual(['5000000', '5000000', '0']);
  const throughput = await atHead(`/v1/purses/${purse.id}/throughput`);
  expect(throughput.data[0]).toMatchObject({ receipts: '1' });

  const about = asked.filter(({ body }) => JSON.parse(body).from === transfer.from);
  expect(about).toHaveLength(1);
  const { body = '', request: sent } = about[0] ?? {};
  expect(JSON.parse(body)).toMatchObject({
    ...{ replenishmentId: replenishment?.id, accountId: SCREENED, purseId: purse.id },
    ...{ asset: USDT, amount: '5000000', to: transfer.to, txHash: transfer.txHash },
  });
  const headers = sent?.headers ?? {};
  const { 'webhook-id': id, 'webhook-timestamp': time } = headers;
  const hmac = createHmac('sha256', SECRET).update(`${id}.${time}.${body}`).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${hmac}`);

  // In another block it is screened again, by the verdict that is known.
  const block = { ...(transfer.block as object), hash: `0x${'d'.repeat(64)}` };
  await ledger.publishTransfers([{ ...transfer, version: 2, block } as TransferV1]);
  await until(async () => (await shown(purse.id))[0]?.block?.hash === block.hash);
  await have(purse.id, 'confirmed');
  expect(asked.filter(({ body: text }) => JSON.parse(text).from === transfer.from)).toHaveLength(1);
  expect(await balanceOf(purse.id)).toEqual(['5000000', '5000000', '0']);
});

it('declines the purse with what the service declines, and holds what comes later', async () => {
  const purse = await mint();
  await ledger.publishTransfers([transferTo(purse.address, 'declined')]);
  await have(purse.id, 'declined');
  expect((await shown(purse.id))[0]).toMatchObject({
    ...{ creditedTo: 'suspense', reason: 'compliance-declined' },
    compliance: { mode: 'http', verdict: 'declined' },
  });
  await until(async () => (await atHead(`/v1/purses/${purse.id}`)).status === 'DECLINED');
  await ledger.publishTransfers([transferTo(purse.address, 'approved')]);
  await have(purse.id, 'held', 'declined');
  expect(await balanceOf(purse.id)).toEqual(['10000000', '0', '10000000']);
  const [declined] = (await ledger.store.readStream(streamName('purse', purse.id))).slice(1);
  expect(declined).toMatchObject({
    type: 'PurseDeclined',
    data: { replenishmentId: (await shown(purse.id))[1]?.id },
  });
});

it('leaves to an operator what the service leaves to people, once and with the reason', async () => {
  const purse = await mint();
  await ledger.publishTransfers([
    transferTo(purse.address, 'review'),
    transferTo(purse.address, 'review'),
  ]);
  await have(purse.id, 'screening', 'screening');
  await until(() => [...answers].filter(([, it]) => it === 'review').length === 2);
  const [second, first] = await shown(purse.id);
  expect(first).toMatchObject({
    ...{ creditedTo: 'suspense', reason: 'in-review', complianceState: 'IN_PROGRESS' },
    compliance: { mode: 'http', verdict: 'pending', listVersion: null },
  });
  expect(await balanceOf(purse.id)).toEqual(['10000000', '0', '10000000']);

  const path = `replenishments/${first?.id}/decision`;
  const approved = await operate(path, { decision: 'approve', ...ACT });
  expect(approved.body).toMatchObject({
    ...{ status: 'confirmed', creditedTo: 'customer' },
    compliance: { mode: 'manual', verdict: 'passed' },
  });
  const again = await operate(path, { decision: 'approve', ...ACT });
  expect([again.status, again.body.position]).toEqual([200, approved.body.position]);
  const late = await operate(path, { decision: 'decline', ...ACT, reference: 'case-2' });
  expect([late.status, late.body.code]).toEqual([409, 'replenishment-not-screening']);
  const declined = await operate(`replenishments/${second?.id}/decision`, {
    ...{ decision: 'decline', ...ACT },
  });
  expect(declined.body).toMatchObject({ status: 'declined', reason: 'compliance-declined' });
  expect(await balanceOf(purse.id)).toEqual(['10000000', '5000000', '5000000']);
  const stream = streamName('replenishment', first?.id ?? '');
  const released = (await ledger.store.readStream(stream)).at(-1);
  expect(released).toMatchObject({
    type: 'ReplenishmentReleased',
    data: { heldFor: 'in-review', act: ACT },
    metadata: { actor: expect.stringMatching(/^operator:/) },
  });
});

it('credits nothing while the service fails, and tries again', async () => {
  const purse = await mint();
  const transfer = transferTo(purse.address, null);
  await ledger.publishTransfers([transfer]);
  await have(purse.id, 'screening');
  await until(() => asked.some(({ body }) => JSON.parse(body).from === transfer.from));
  answers.set(transfer.from, 'approved');
  await until(async () => (await shown(purse.id))[0]?.status === 'confirmed', {
    timeoutMs: 60_000,
  });
});

it('takes back what a reorg removes during the review, and screens it again when it returns', async () => {
  const purse = await mint();
  const transfer = transferTo(purse.address, 'review');
  await ledger.publishTransfers([transfer]);
  await have(purse.id, 'screening');
  const gone = { status: 'reverted', block: null, finality: null } as const;
  await ledger.publishTransfers([{ ...transfer, version: 2, ...gone }]);
  await have(purse.id, 'reverted');
  expect(await balanceOf(purse.id)).toEqual(['0', '0', '0']);
  answers.set(transfer.from, 'approved');
  await ledger.publishTransfers([{ ...transfer, version: 3 }]);
  await have(purse.id, 'confirmed');
  expect(await balanceOf(purse.id)).toEqual(['5000000', '5000000', '0']);
});
