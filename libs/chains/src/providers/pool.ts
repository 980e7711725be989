import { messageOf } from '@daybook/platform/plain';
import type {
  Announcements,
  FinalityTag,
  Listening,
  ProviderAnswer,
  ProviderPool,
  ProviderStatus,
} from '../chain-client';
import type { Chain } from '../chains-and-assets';
import { agreeOnTag } from './agreement';
import { unlessFault } from './fault';
import { createProvider, type NamedClient, type Provider } from './provider';
import { preferred } from './provider-health';

/**
 * A chain through several providers, or one. A question goes to the provider used so far, and to the next
 * one when it fails or does not have the block; so the answers about a block come from one provider. Each
 * provider must show that it serves the chain before it is used, at the start and whenever it was away. With one
 * provider every question goes to it, whatever its state.
 */
export function createPool(
  chain: Pick<Chain, 'id' | 'blockTimeMs'>,
  clients: readonly NamedClient[],
  {
    now = Date.now,
    changed = () => undefined,
  }: { now?: () => number; changed?: (status: ProviderStatus) => void } = {},
): ProviderPool {
  const providers = clients.map((client) => createProvider(client, chain, { now, changed }));
  const disagreements = new Map<FinalityTag, string>();
  let current = 0;
  /** An error of a background request that is no provider's fault: the next question throws it. */
  let unexpected: { readonly error: unknown } | null = null;

  function inOrder(): readonly Provider[] {
    const views = providers.map((it) => ({ state: it.state(), delayMs: it.delayMs() }));
    const usable = preferred(views, current);
    // None is usable when all serve another chain: ask the first, so that its sentence is thrown.
    return (usable.length > 0 ? usable : [0]).map((index) => providers[index] as Provider);
  }

  /** The first answer of the providers in order; null when one does not have it and no other answers. */
  async function ask<T>(question: (provider: Provider) => Promise<T | null>): Promise<T | null> {
    if (unexpected !== null) throw unexpected.error;
    let failure: { readonly error: unknown } | null = null;
    let isMissing = false;
    for (const provider of inOrder()) {
      try {
        const answer = await question(provider);
        if (answer !== null) {
          // One that only has what others lack is no better.
          if (!isMissing) current = providers.indexOf(provider);
          return answer;
        }
        isMissing = true;
      } catch (error) {
        unlessFault(error);
        if (providers.length > 1)
          (error as Error).message = `${provider.name}: ${messageOf(error)}`;
        failure ??= { error };
      }
    }
    if (failure !== null && !isMissing) throw failure.error;
    return null;
  }

  function best(): number {
    return Math.max(...providers.map((it) => it.lastHead()));
  }

  /** Keeps the others known, so that one of them can take over at once. */
  function probeOthers(): void {
    for (const [index, provider] of providers.entries()) {
      if (index === current) continue;
      provider.probe(best()).catch((error: unknown) => {
        unexpected ??= { error };
      });
    }
  }

  return {
    size: providers.length,

    async verify() {
      try {
        // The others are verified meanwhile, and used from then on.
        await Promise.any(providers.map((provider) => provider.verify()));
      } catch (error) {
        throw error instanceof AggregateError ? error.errors[0] : error;
      }
    },

    async head() {
      probeOthers();
      const head = await ask((provider) => provider.head(best()));
      if (head === null) throw new RangeError('A head is never missing.');
      return head;
    },

    async tagged(tag) {
      if (providers.length === 1) return await ask((provider) => provider.tagged(tag));
      // What a stuck one calls final is old. It would only hold the others back.
      const order = inOrder();
      const live = order.filter((provider) => provider.state() !== 'stuck');
      const agreement = await agreeOnTag(tag, live.length > 0 ? live : order);
      if (agreement.kind === 'disagreed') {
        disagreements.set(tag, agreement.sentence);
        return null;
      }
      // While only one of them answers, the disagreement is not resolved.
      if (agreement.isShared) disagreements.delete(tag);
      return disagreements.has(tag) ? null : agreement.header;
    },

    forgetFinal() {
      for (const provider of providers) provider.forgetFinal();
    },

    header: (at) => ask((provider) => provider.header(at)),
    block: (at) => ask((provider) => provider.block(at)),
    blockByOtherRule: (hash) => ask((provider) => provider.blockByOtherRule(hash)),
    listen: (listener) => listenToAll(providers, listener),

    askEvery: (at) =>
      Promise.all(
        providers.map(async (provider): Promise<ProviderAnswer> => {
          const { name } = provider;
          try {
            return { provider: name, block: await provider.block(at, true), failure: null };
          } catch (error) {
            unlessFault(error);
            return { provider: name, block: null, failure: messageOf(error) };
          }
        }),
      ),

    status: () => providers.map((provider) => provider.status()),
    disagreement: () => [...disagreements.values()][0] ?? null,
  };
}

/** The announcements of all: they are hints, so a repeated one does no harm. */
function listenToAll(providers: readonly Provider[], listener: Announcements): Listening | null {
  const all = providers.flatMap((provider) => provider.listen(listener) ?? []);
  if (all.length === 0) return null;
  return {
    close() {
      for (const each of all) each.close();
    },
    fault: () => {
      const faults = all.map((each) => each.fault());
      return faults.includes(null) ? null : (faults[0] ?? null);
    },
  };
}
