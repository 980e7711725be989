import { messageOf, TimedOut, within } from '@daybook/platform/plain';
import type {
  Announcements,
  ChainBlock,
  FinalityTag,
  HeaderAnswer,
  Listening,
  ProviderAnswer,
  ProviderPool,
  TagAnswer,
} from '../chain-client';
import type { Chain } from '../chains-and-assets';
import { RpcFailure } from '../node-http';
import { tracedBy } from '../traced';
import { agreeOnTag, type Voter } from './agreement';
import { type Alone, isLongAlone, stillAlone } from './alone';
import { unlessFault } from './fault';
import { createProvider, type NamedClient, type Provider, type ProviderOptions } from './provider';
import { preferred } from './provider-health';

/** How long a question that all are asked waits for one of them: the watch waits for the last answer. */
const VOTE_MS = 3_000;

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
    random = Math.random,
  }: Partial<ProviderOptions> = {},
): ProviderPool {
  const options = { now, changed, random };
  const providers = clients.map((client) => createProvider(client, chain, options));
  const disagreements = new Map<FinalityTag, string>();
  /** For each tag, since when no second provider says which block has it. */
  const alone = new Map<FinalityTag, Alone>();
  /** Those that have not answered a question that all were asked. They abstain meanwhile. */
  const slow = new Set<Provider>();
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

  /** The answer of a provider to a question that all are asked. Rejects with `RpcFailure` if it takes long. */
  async function vote<T>(provider: Provider, question: () => Promise<T>): Promise<T> {
    if (providers.length === 1) return await question();
    if (slow.has(provider)) throw new RpcFailure('It has not answered yet.', 'silent');
    slow.add(provider);
    const answer = question().finally(() => slow.delete(provider));
    try {
      return await within(answer, VOTE_MS, `It did not answer within ${VOTE_MS / 1000} s.`);
    } catch (error) {
      throw error instanceof TimedOut ? new RpcFailure(error.message, 'silent') : error;
    }
  }

  function voterOf(provider: Provider): Voter {
    return {
      name: provider.name,
      tagged: (tag) => vote(provider, () => provider.tagged(tag)),
      header: (number) => vote(provider, () => provider.header(number)),
    };
  }

  /** Whether one provider of several is believed, after a question that no other one answered. */
  function isBelievedAlone(tag: FinalityTag): boolean {
    const still = stillAlone(alone.get(tag) ?? null, now());
    alone.set(tag, still);
    return isLongAlone(still, now(), chain);
  }

  async function agreedTag(tag: FinalityTag): Promise<TagAnswer | null> {
    const order = inOrder();
    // What a stuck one calls final is old. It would only hold the others back.
    const live = order.filter((provider) => provider.state() !== 'stuck');
    const agreement = await agreeOnTag(tag, (live.length > 0 ? live : order).map(voterOf));
    if (agreement.kind === 'disagreed') {
      disagreements.set(tag, agreement.sentence);
      return null;
    }
    const { header, by } = agreement;
    const isShared = by.length > 1;
    // While only one of them answers, the disagreement is not resolved.
    if (isShared) disagreements.delete(tag);
    if (isShared) alone.delete(tag);
    if (header === null || disagreements.has(tag)) return null;
    const isAlone = !isShared && providers.length > 1;
    if (isAlone && !isBelievedAlone(tag)) return null;
    return {
      ...{ header, isAlone },
      async shown(number) {
        const found = await Promise.all(by.map((voter) => voter.header(number).catch(unlessFault)));
        const [first = null] = found;
        return found.every((other) => other?.hash === first?.hash) ? first : null;
      },
    };
  }

  /**
   * A block, with the traces of another provider where the one that showed it serves none. Their hash says that it is the
   * same block.
   */
  async function block(at: number | string): Promise<ChainBlock | null> {
    const found = await ask((provider) => provider.block(at));
    if (found?.isUntraced !== true) return found;
    for (const [index, provider] of providers.entries()) {
      if (index === current || provider.state() !== 'ok') continue;
      const traced = await provider.traced(found).catch(unlessFault);
      if (traced !== null) return tracedBy(found, traced);
    }
    return found;
  }

  function everyAnswer(question: (provider: Provider) => Promise<ChainBlock | null>) {
    return Promise.all(
      providers.map(async (provider): Promise<ProviderAnswer> => {
        const { name } = provider;
        try {
          return { provider: name, block: await question(provider), failure: null };
        } catch (error) {
          unlessFault(error);
          return { provider: name, block: null, failure: messageOf(error) };
        }
      }),
    );
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

    agreedTag,
    tagged: async (tag) => (await agreedTag(tag))?.header ?? null,

    askHeaders: (number) =>
      Promise.all(
        providers.map(async (provider): Promise<HeaderAnswer> => {
          const { name } = provider;
          const before = provider.state();
          const silent = { provider: name, header: null, state: 'silent' } as const;
          // Asking one that is left alone would prolong its refusal.
          if (before !== 'ok' && before !== 'unverified' && before !== 'stuck') return silent;
          try {
            const header = await vote(provider, () => provider.header(number));
            return { provider: name, header, state: before === 'stuck' ? 'stuck' : 'live' };
          } catch (error) {
            unlessFault(error);
            return silent;
          }
        }),
      ),

    doubt(name, reason) {
      const index = providers.findIndex((provider) => provider.name === name);
      providers[name === null ? current : index]?.doubt(reason);
    },

    forgetFinal() {
      for (const provider of providers) provider.forgetFinal();
    },

    header: (at) => ask((provider) => provider.header(at)),
    block,
    traced: (of) => ask((provider) => provider.traced(of)),
    provenBalance: (address, hash) => ask((provider) => provider.provenBalance(address, hash)),
    blockByOtherRule: (hash) => ask((provider) => provider.blockByOtherRule(hash)),
    believesAgreement: providers.some((provider) => provider.believesAgreement),
    /** Of the first provider that serves the state; null for each if none does. */
    async balances(queries, block) {
      const found = await ask(async (provider) => {
        const answers = await provider.balances(queries, block);
        return answers.some((each) => each !== null) ? answers : null;
      });
      return found ?? queries.map(() => null);
    },
    async uses(addresses, assets) {
      const found = await ask((provider) => provider.uses(addresses, assets));
      if (found !== null) return found;
      return addresses.map(() => ({ hasHistory: null, balances: assets.map(() => null) }));
    },
    /** `pending` only if no provider shows a block: one may be behind the others. */
    async blockOf(hash) {
      let isPending = false;
      const number = await ask(async (provider) => {
        const answer = await provider.blockOf(hash);
        if (answer !== 'pending') return answer;
        isPending = true;
        return null;
      });
      return number ?? (isPending ? 'pending' : null);
    },
    listen: (listener) => listenToAll(providers, listener),

    askEvery: (at) => everyAnswer((provider) => provider.block(at, true)),
    askEveryByOtherRule: (hash) => everyAnswer((provider) => provider.blockByOtherRule(hash)),
    balancesOfEvery: (queries, block) =>
      Promise.all(
        providers.map(async (provider) => {
          const answers = await provider.balances(queries, block).catch(unlessFault);
          return answers ?? queries.map(() => null);
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
