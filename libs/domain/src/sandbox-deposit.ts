import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { formatUnits } from './money';

/**
 * What happens to a deposit of the sandbox.
 * - `deposit`: blocks are made until it is final.
 * - `pending`: no block is made for it before that is requested.
 * - `below-minimum`: a deposit of less than the minimum of its asset.
 * - `reorg`: a reorg takes it back as soon as a block includes it.
 * - `reorg-after-credit`: a reorg takes it back when it is final by its depth, so that its credit is reversed.
 */
export const SANDBOX_SCENARIOS = [
  ...(['deposit', 'pending', 'below-minimum', 'reorg', 'reorg-after-credit'] as const),
] as const;
export type SandboxScenario = (typeof SANDBOX_SCENARIOS)[number];

/** Whole units of an asset that one deposit may have: enough for every band of amounts, and still of a faucet. */
export const SANDBOX_UNITS_MAX = 1_000_000n;

interface Requested {
  readonly accountId: string;
  readonly customerId: string;
  readonly purseId: string;
  /** CAIP-2. */
  readonly chain: string;
  /** The canonical address of the purse. */
  readonly address: string;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units. */
  readonly amount: string;
  readonly scenario: SandboxScenario;
}

export type SandboxDepositCommand = CommandIn<{
  /** `amount`: base units; null for the minimum of the asset, or half of it if it is to be below. */
  RequestSandboxDeposit: Omit<Requested, 'amount'> & {
    amount: bigint | null;
    facts: { readonly minimum: bigint; readonly decimals: number };
  };
  /** That blocks are made until the deposit is final; one that a reorg took back is sent again. */
  MineSandboxDeposit: { accountId: string };
}>;

export type SandboxDepositEvent = EventIn<{
  SandboxDepositRequested: Requested;
  SandboxDepositMineRequested: Record<string, never>;
}>;

export type SandboxDepositState =
  | { readonly status: 'absent' }
  | (Requested & { readonly status: 'requested'; readonly isMineRequested: boolean });

/** A deposit that the watcher of a development chain is asked to send. It is not a record of money. */
export const sandboxDeposit: Decider<
  SandboxDepositCommand,
  SandboxDepositEvent,
  SandboxDepositState
> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'RequestSandboxDeposit': {
        if (state.status !== 'absent') return [];
        const { type: _, facts, amount, ...requested } = command;
        const units = amountOf(command, facts);
        return [{ type: 'SandboxDepositRequested', data: { ...requested, amount: `${units}` } }];
      }
      case 'MineSandboxDeposit': {
        if (state.status === 'absent' || state.accountId !== command.accountId) {
          throw new DomainError('sandbox-deposit-not-found', 'There is no deposit with this id.');
        }
        if (state.isMineRequested || !awaitsBlocks(state.scenario)) return [];
        return [{ type: 'SandboxDepositMineRequested', data: {} }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'SandboxDepositRequested':
        return { status: 'requested', ...event.data, isMineRequested: false };
      case 'SandboxDepositMineRequested':
        return state.status === 'absent' ? state : { ...state, isMineRequested: true };
    }
  },
};

/** Whether the deposit becomes final only when blocks are requested for it. */
function awaitsBlocks(scenario: SandboxScenario): boolean {
  return scenario !== 'deposit' && scenario !== 'below-minimum';
}

/** Refuses with `sandbox-deposit-invalid`. */
function amountOf(
  { amount, scenario, asset }: Extract<SandboxDepositCommand, { type: 'RequestSandboxDeposit' }>,
  { minimum, decimals }: { readonly minimum: bigint; readonly decimals: number },
): bigint {
  const refusal = (sentence: string) => new DomainError('sandbox-deposit-invalid', sentence);
  const isBelow = scenario === 'below-minimum';
  const least = minimum > 0n ? minimum : 1n;
  const shown = formatUnits(least, decimals);
  if (isBelow && least === 1n) throw refusal(`No amount of ${asset} is below its minimum.`);
  const units = amount ?? (isBelow ? least / 2n : least);
  if (isBelow && units >= least) {
    throw refusal(`The amount is not below the minimum of ${asset}, which is ${shown}.`);
  }
  if (!isBelow && units < least) {
    throw refusal(
      `The minimum of ${asset} is ${shown}: send at least that, or the scenario below-minimum.`,
    );
  }
  if (units > SANDBOX_UNITS_MAX * 10n ** BigInt(decimals)) {
    throw refusal(`A deposit of the sandbox has at most ${SANDBOX_UNITS_MAX} units.`);
  }
  return units;
}
