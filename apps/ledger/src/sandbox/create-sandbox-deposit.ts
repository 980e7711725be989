import { ADDRESS_FORMS, familyOfChain, readAddress } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import {
  type Asset,
  DomainError,
  fold,
  type PurseEvent,
  parseUnits,
  purse,
  type SandboxScenario,
  sandboxDeposit,
  streamName,
  upcast,
} from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { AssetRegistry, ChainRegistry } from '../chains';
import { found } from '../edge/problem';
import { RateLimit } from '../edge/rate-limit';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { PositionReached } from '../projections/position-reached';
import { ListPurses } from '../purses';
import { GetSandboxDeposit } from './get-sandbox-deposit';
import { requireSandbox } from './sandbox-chains';

/** New deposits of an account. One watcher sends one after the other, in about a second each. */
const QUOTA = { requests: 30, windowSeconds: 60 };
/** The usual lag of the read models is some milliseconds. */
const READ_MODELS_MS = 2_000;

interface NewDeposit {
  /** Exactly one of id and address of the purse. */
  readonly purseId?: string;
  readonly address?: string;
  /** A CAIP-19 id or a currency code. */
  readonly asset: string;
  /** In whole units; the least that the scenario allows when left out. */
  readonly amount?: string;
  readonly scenario?: SandboxScenario;
}

/**
 * Asks the watcher of a development chain to send a deposit to a purse of the account. Refuses with
 * `sandbox-unavailable`, `asset-unknown`, `invalid-address`, `purse-not-found`, `invalid-amount`,
 * `sandbox-deposit-invalid`, `rate-limited`.
 */
export class CreateSandboxDeposit extends CallerCommand<NewDeposit, json.SandboxDeposit> {}

@CommandHandler(CreateSandboxDeposit)
export class CreateSandboxDepositHandler implements ICommandHandler<CreateSandboxDeposit> {
  private readonly quota = new RateLimit(QUOTA, Date.now, {
    name: 'sandbox',
    of: 'the account for the sandbox',
  });

  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
    private readonly assets: AssetRegistry,
    private readonly reached: PositionReached,
  ) {}

  async execute({ context, request }: CreateSandboxDeposit): Promise<Answer<json.SandboxDeposit>> {
    const { accountId, commandId: id } = context;
    const asset = this.assetOf(request.asset);
    const { id: assetId, chain, decimals, minimum } = asset;
    const { amount, scenario = 'deposit' } = request;
    const units = amount === undefined ? null : parseUnits(amount, decimals);
    const of = await this.purseOf(accountId, request);
    if (of.family !== familyOfChain(chain)) {
      throw new DomainError(
        'sandbox-deposit-invalid',
        `The purse is of the family ${of.family}, and ${request.asset} is on ${chain}.`,
      );
    }
    const stream = streamName('sandbox', id);
    const [before] = await this.store.readStream(stream);
    if (before === undefined) this.quota.take(accountId);
    const { customerId, address, purseId } = of;
    const parties = { accountId, customerId, purseId };
    const order = { ...parties, chain, address, asset: assetId, amount: units, scenario };
    const facts = { minimum, decimals };
    const command = { type: 'RequestSandboxDeposit', ...order, facts } as const;
    const answer = await writeAs(this.store, context, stream, sandboxDeposit, command, () => null);
    const resource = await this.queries.execute(new GetSandboxDeposit(accountId, id));
    return { ...answer, resource };
  }

  private assetOf(text: string): Asset {
    requireSandbox(this.chains);
    const asset = this.assets.find(text) ?? this.assets.findByCurrency(text);
    if (asset === null) {
      throw new DomainError('asset-unknown', `There is no asset ${text}; see GET /v1/assets.`);
    }
    const { connections } = this.chains.registry;
    if (connections.some(({ chain }) => chain === asset.chain)) return asset;
    throw new DomainError('sandbox-unavailable', `${asset.chain} is not watched here.`);
  }

  /** From the event log, because the read models may not have a purse that was minted a moment ago. */
  private async purseOf(accountId: string, request: NewDeposit) {
    const purseId = request.purseId ?? (await this.idOfAddress(accountId, request.address ?? ''));
    const history = await this.store.readStream(streamName('purse', purseId));
    const state = fold(purse, history.map(upcast) as PurseEvent[]);
    if (state.status !== 'absent' && state.accountId === accountId) return { ...state, purseId };
    throw new DomainError('purse-not-found', 'There is no purse with this id.');
  }

  private async idOfAddress(accountId: string, text: string): Promise<string> {
    const filter = readAddress(text);
    if (filter === null) {
      throw new DomainError(
        'invalid-address',
        `This is not an address, or its checksum is wrong. Copy it whole: ${ADDRESS_FORMS}.`,
      );
    }
    // Addresses are in the read models only, and a purse may have been minted a moment ago.
    await this.reached.within(await this.store.head(), READ_MODELS_MS);
    const page = { limit: 1, cursor: null };
    const { data } = await this.queries.execute(new ListPurses(accountId, { filter, page }));
    return found(data[0] ?? null, 'purse-not-found').id;
  }
}
