import { openDevelopmentNode, parseAssetId, realChainsOf } from '@daybook/chains';
import type { WatchRequestV1 } from '@daybook/contracts';
import { NOT_BEGUN } from '../state/rescan';
import type { SandboxDeposit } from '../state/sandbox-deposit';
import { CLOCK_MARGIN_MS, type WatchContext } from '../state/watch-state';

/** Whoever tries something out waits for it. A watcher that was away must not send deposits of yesterday. */
const ASKED_MS_MAX = 15 * 60_000 + CLOCK_MARGIN_MS;
/** Deposits that are not done, nearly all because they wait until blocks are requested. */
const OPEN_DEPOSITS_MAX = 50;
const SCENARIOS: readonly string[] = ['deposit', 'pending', 'reorg', 'reorg-after-credit'];

/**
 * Stores the request of a deposit on a development chain, or that blocks are to be made for it. A repeat changes
 * nothing, also after the deposit is done.
 */
export async function takeDeposit(context: WatchContext, request: WatchRequestV1): Promise<void> {
  const { chain, store, commit } = context;
  const { requestId: id, sandbox: order } = request;
  const open = (await store.rescans(chain.id)).filter(({ origin }) => origin === 'sandbox-deposit');
  const known = open.find((each) => each.id === id);
  if (known?.sandbox) {
    const isNews = order?.isMineRequested === true && !known.sandbox.isMineRequested;
    const sandbox = { ...known.sandbox, isMineRequested: true };
    return isNews ? commit({ rescans: [{ ...known, sandbox }] }) : undefined;
  }
  if (await store.hasRescan(id)) return;
  const reason = refusalOf(context, request, open.length);
  const sandbox: SandboxDeposit | null = order
    ? { ...orderOf(order), slot: null, transaction: null, reorg: 'none' }
    : null;
  const state = reason === null ? 'waiting' : 'refused';
  await commit({
    rescans: [{ ...NOT_BEGUN, id, origin: 'sandbox-deposit', state, reason, sandbox }],
  });
}

/** Without what later versions may add. */
function orderOf(order: NonNullable<WatchRequestV1['sandbox']>) {
  const { to, asset, amount, scenario, isMineRequested } = order;
  return { to, asset, amount, scenario, isMineRequested };
}

/** Why nothing is sent, with what would be right; null if it is. */
function refusalOf(
  { chain: { id: chain }, registry, now }: WatchContext,
  { sandbox: order, requestedAt }: WatchRequestV1,
  open: number,
): string | null {
  if (order === undefined) return 'The request says nothing of the deposit.';
  const real = realChainsOf(registry);
  if (real.length > 0) {
    return `The watcher also watches ${real.join(', ')}, where coins may have a value. Use one of its own for tests.`;
  }
  if (openDevelopmentNode(registry, chain) === null) {
    return `${chain} has several providers. A sandbox has one: its development node.`;
  }
  if (parseAssetId(order.asset)?.chain !== chain) return `${order.asset} is no asset of ${chain}.`;
  if (!SCENARIOS.includes(order.scenario)) {
    return `The watcher of ${chain} does not know the scenario ${order.scenario}. Upgrade it.`;
  }
  if (now() - Date.parse(requestedAt) > ASKED_MS_MAX) {
    return `The watcher of ${chain} did not run when it was requested. Request it again.`;
  }
  if (open >= OPEN_DEPOSITS_MAX) {
    return `${OPEN_DEPOSITS_MAX} deposits on ${chain} are not done. Request blocks for some that wait for them.`;
  }
  return null;
}
