/** What a test's call does, and what it calls. */
export interface CallPlan {
  /** As the `callTracer` names it. */
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly value?: bigint;
  readonly failed?: boolean;
  readonly calls?: readonly CallPlan[];
}

type Listed = (plan: CallPlan) => boolean;

/** As geth shows it. `listed`: which calls below the first this node lists at all. */
export function callTracerFrame(plan: CallPlan, listed: Listed = () => true): object {
  const { type, from, to, value = 0n, failed = false, calls = [] } = plan;
  const shown = calls.filter(listed).map((each) => callTracerFrame(each, listed));
  return {
    ...{ type, from, to, value: `0x${value.toString(16)}`, gas: '0x5208', gasUsed: '0x5208' },
    input: '0x',
    ...(failed && { error: 'execution reverted' }),
    ...(shown.length > 0 && { calls: shown }),
  };
}

/** As OpenEthereum and Erigon show it: one list, with paths. */
export function flatFrames(
  plan: CallPlan,
  of: { readonly transactionHash: string; readonly blockHash: string },
  listed: Listed = () => true,
  traceAddress: readonly number[] = [],
): object[] {
  const shown = (plan.calls ?? []).filter(listed);
  const frame = { ...of, ...flatFrame(plan), traceAddress, subtraces: shown.length };
  const below = shown.flatMap((each, i) => flatFrames(each, of, listed, [...traceAddress, i]));
  return [frame, ...below];
}

function flatFrame({ type, from, to, value = 0n, failed = false }: CallPlan): object {
  const error = failed ? { error: 'Reverted' } : {};
  const amount = `0x${value.toString(16)}`;
  if (type === 'SELFDESTRUCT') {
    const action = { address: from, refundAddress: to, balance: amount };
    return { type: 'suicide', action, result: null, ...error };
  }
  if (type.startsWith('CREATE')) {
    const result = failed ? null : { address: to };
    return { type: 'create', action: { from, value: amount, init: '0x' }, result, ...error };
  }
  const action = { callType: type.toLowerCase(), from, to, value: amount, input: '0x' };
  return { type: 'call', action, result: failed ? null : { output: '0x' }, ...error };
}
