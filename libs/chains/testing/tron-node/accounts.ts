import type { Json } from '../tron-blocks';
import type { Block } from './blocks';
import type { Chain } from './chain';
import { TRC10_IDS } from './genesis';
import { calledOf, createdOf, netUsedOf, sentOf, trc10Of, trxOf } from './state';

/** Operations that a new account's active permission allows: java-tron's default, as recorded. */
const OPERATIONS = '7fff1fc0033e0100000000000000000000000000000000000000000000000000';
/** Bandwidth recovers within a day of 3 s slots. */
const WINDOW_SLOTS = 86_400;

/** An account as `getaccount` prints it, with its fields by number; empty if there is none. */
export function accountOf(chain: Chain, read: (key: string) => bigint, address: string): Json {
  const created = read(createdOf(address));
  if (created === 0n) return {};
  const isContract = chain.programs.has(address);
  const witness = chain.witnesses.find((each) => each.address === address);
  const sent = read(sentOf(address));
  const called = read(calledOf(address));
  const used = read(netUsedOf(address));
  const assets = TRC10_IDS.map((key) => ({ key, value: read(trc10Of(key, address)) }));
  const held = assets.filter(({ value }) => value > 0n);
  return {
    ...(isContract && { type: 'Contract' }),
    address,
    ...present('balance', read(trxOf(address))),
    create_time: created,
    ...present('latest_opration_time', sent),
    ...(witness && { is_witness: true }),
    ...present('free_net_usage', used),
    ...(used > 0n && { latest_consume_free_time: sent }),
    net_window_size: WINDOW_SLOTS,
    account_resource: {
      ...present('latest_consume_time_for_energy', called),
      energy_window_size: WINDOW_SLOTS,
    },
    owner_permission: permission({ permission_name: 'owner' }, address),
    ...(witness && {
      witness_permission: permission(
        { type: 'Witness', id: 1, permission_name: 'witness' },
        witness.key.address,
      ),
    }),
    active_permission: [
      permission({ type: 'Active', id: 2, permission_name: 'active' }, address, OPERATIONS),
    ],
    frozenV2: [{}, { type: 'ENERGY' }, { type: 'TRON_POWER' }],
    ...(held.length > 0 && {
      assetV2: held,
      free_asset_net_usageV2: held.map(({ key }) => ({ key, value: 0 })),
    }),
    asset_optimized: true,
  };
}

function permission(head: Json, address: string, operations?: string): Json {
  return {
    ...head,
    threshold: 1,
    ...(operations && { operations }),
    keys: [{ address, weight: 1 }],
  };
}

/** Zero is not printed. */
function present(name: string, value: bigint): Json {
  return value === 0n ? {} : { [name]: value };
}

/** The witnesses as `listwitnesses` prints them. */
export function witnessesAt(chain: Chain, head: Block): Json {
  const made = new Map(chain.witnesses.map(({ address }) => [address, [] as Block[]]));
  for (let at: Block | null = head; at !== null; at = at.parent) made.get(at.witness)?.push(at);
  return {
    witnesses: [...made].map(([address, blocks], n) => ({
      ...{ address, voteCount: 100_000 - n, url: `http://witness-${n}.example` },
      ...(blocks.length > 0 && {
        totalProduced: blocks.length,
        latestBlockNum: blocks[0]?.number,
        // Slots are counted from the genesis block's time, which is zero.
        latestSlotNum: Math.floor((blocks[0]?.timestamp ?? 0) / 3_000),
      }),
      isJobs: true,
    })),
  };
}
