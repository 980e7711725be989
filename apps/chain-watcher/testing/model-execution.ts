import { addressOf, type LogPlan } from '../../../libs/chains/testing/raw-blocks';
import type { CallPlan } from '../../../libs/chains/testing/trace-trees';
import type { ModelPlan } from './model-plans';

/** What a transaction of a block did. */
export interface Execution {
  /** Its own call, with those below it. */
  readonly call: CallPlan;
  /** What its tokens really moved, as true logs would say it; null if its logs are true. */
  readonly moved: readonly LogPlan[] | null;
}

export function executionOf({
  from = '',
  to,
  value = 0n,
  failed = false,
  ...plan
}: ModelPlan): Execution {
  const type = (to ?? null) === null ? 'CREATE' : 'CALL';
  const { calls = [], moved = null } = plan;
  return {
    call: { type, from, to: to ?? addressOf('a new contract'), value, failed, calls },
    moved,
  };
}

/** What transactions add to the coins of each address, and take from them, their gas included. */
export function changesOf(
  plans: readonly ModelPlan[],
  executions: readonly Execution[],
): ReadonlyMap<string, bigint> {
  const changes = new Map<string, bigint>();
  const add = (address: string, amount: bigint) =>
    changes.set(address, (changes.get(address) ?? 0n) + amount);
  for (const [i, { call }] of executions.entries()) {
    const { gasUsed = 0, effectiveGasPrice = 0 } = (plans[i]?.receiptFields ?? {}) as Gas;
    add(call.from, -BigInt(gasUsed) * BigInt(effectiveGasPrice));
    for (const { from, to, value } of paymentsIn(call)) {
      add(from, -value);
      add(to, value);
    }
  }
  return changes;
}

interface Gas {
  readonly gasUsed?: string;
  readonly effectiveGasPrice?: string;
}

/** What a call and those below it move. */
export function paymentsIn(
  call: CallPlan,
): readonly Required<Pick<CallPlan, 'from' | 'to' | 'value'>>[] {
  const { type, from, to, value = 0n, failed = false, calls = [] } = call;
  if (failed) return [];
  const own = type === 'DELEGATECALL' || value === 0n ? [] : [{ from, to, value }];
  return [...own, ...calls.flatMap(paymentsIn)];
}
