import { type BackOff, backOffMs, messageOf, TimedOut, within } from '@daybook/platform/plain';
import type {
  Announcements,
  BlockHeader,
  ChainClient,
  Listening,
  ProviderFault,
  ProviderState,
  ProviderStatus,
} from '../chain-client';
import type { Chain } from '../chains-and-assets';
import { RpcFailure } from '../node-http';
import { faultOf, unlessFault } from './fault';
import {
  afterAnswer,
  afterFault,
  afterHead,
  afterVerified,
  delayOf,
  NEW_PROVIDER,
  type ProviderHealth,
  silenceMsOf,
  stateOf,
} from './provider-health';

export interface NamedClient {
  readonly name: string;
  readonly client: ChainClient;
}

/** A block may need several requests, each with its own time-out; everything else is one. */
const BLOCK_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 20_000;

const BACK_OFF: BackOff = { firstMs: 500, longestMs: 30_000 };
/** Plans count by the second or the minute; asking on would prolong the refusal. */
const LIMITED_BACK_OFF: BackOff = { firstMs: 2_000, longestMs: 60_000 };
/** Only a change of configuration puts it right. */
const WRONG_CHAIN_MS = 60_000;
/** How often a provider that is not used is asked for its head: often enough to know it, cheap in any plan. */
const PROBE_MS = 10_000;

export type Provider = ReturnType<typeof createProvider>;

/** One provider of a chain, with what is known of it. `changed` hears each new state. */
export function createProvider(
  { name, client }: NamedClient,
  chain: Pick<Chain, 'id' | 'blockTimeMs'>,
  { now, changed }: { now(): number; changed(status: ProviderStatus): void },
) {
  const silenceMs = silenceMsOf(chain);
  let health = NEW_PROVIDER;
  let known: ProviderState = 'unverified';
  let verifying: Promise<void> | null = null;
  let probedAt = Number.NEGATIVE_INFINITY;
  let listening: Listening | null = null;
  let questions = 0;

  function note(next: ProviderHealth): void {
    health = next;
    const state = stateOf(health, now(), silenceMs);
    if (state === known) return;
    known = state;
    changed(status());
  }

  function waitMs(fault: ProviderFault, failures: number): number {
    if (fault === 'wrong-chain') return WRONG_CHAIN_MS;
    return backOffMs(failures, fault === 'limited' ? LIMITED_BACK_OFF : BACK_OFF);
  }

  /** Sends a request and notes how it went. Rejects with `RpcFailure` when it takes too long. */
  async function send<T>(work: () => Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
    questions += 1;
    try {
      const sentence = `The provider did not answer within ${timeoutMs / 1000} s.`;
      const answer = await within(work(), timeoutMs, sentence);
      note(afterAnswer(health));
      return answer;
    } catch (thrown) {
      const error = thrown instanceof TimedOut ? new RpcFailure(thrown.message, 'silent') : thrown;
      const fault = faultOf(error);
      if (fault !== null) {
        const wait = { now: now(), waitMs: (failures: number) => waitMs(fault, failures) };
        note(afterFault(health, fault, messageOf(error), wait));
      }
      throw error;
    }
  }

  /** Callers that come meanwhile share the answer. */
  function verify(): Promise<void> {
    verifying ??= send(() => client.verify())
      .then(() => note(afterVerified(health)))
      .finally(() => {
        verifying = null;
      });
    return verifying;
  }

  async function use<T>(work: () => Promise<T>, timeoutMs?: number): Promise<T> {
    if (!health.isVerified) await verify();
    return await send(work, timeoutMs);
  }

  /** `best` is the highest head of the other providers. */
  async function head(best: number): Promise<BlockHeader> {
    probedAt = now();
    if (!health.isVerified) await verify();
    const since = now();
    const found = await send(() => client.head());
    const { number } = found;
    const read = { latencyMs: now() - since, best: Math.max(best, number), now: now() };
    note(afterHead(health, number, read));
    return found;
  }

  /** A provider must have every block up to its head. One that has not is asked last, as if it had failed. */
  function expected<T>(at: number | string, answer: T | null): T | null {
    const head = health.head?.number ?? -1;
    if (answer === null && typeof at === 'number' && at <= head) {
      const message = `It does not show block ${at}, although it has shown block ${head}.`;
      note(afterFault(health, 'refused', message, { now: now(), waitMs: () => 0 }));
    }
    return answer;
  }

  function state(): ProviderState {
    return stateOf(health, now(), silenceMs);
  }

  function status(): ProviderStatus {
    const at = state();
    const lastHead = health.head?.number ?? null;
    const silent = `It has shown no new block since ${lastHead}.`;
    return {
      name,
      state: at,
      detail: at === 'stuck' ? silent : at === 'ok' ? null : (health.lastFault?.message ?? null),
      score: Math.round(delayOf(health, chain)),
      ...{ lastHead, questions, errors: health.errors },
      announcements: listening?.fault() ?? null,
      budget: client.budget?.() ?? null,
      notes: client.notes?.() ?? [],
    };
  }

  return {
    ...{ name, verify, head, state, status },
    delayMs: () => delayOf(health, chain),
    lastHead: () => health.head?.number ?? -1,
    header: async (at: number | string) => expected(at, await use(() => client.header(at))),
    tagged: (tag: Parameters<ChainClient['tagged']>[0]) => use(() => client.tagged(tag)),
    forgetFinal: () => client.forgetFinal?.(),
    block: async (at: number | string, isCompared = false) =>
      expected(at, await use(() => client.block(at, isCompared), BLOCK_TIMEOUT_MS)),
    /** Null if the chain has only one rule. */
    blockByOtherRule: async (hash: string) => {
      const asked = use(
        async () => (await client.blockByOtherRule?.(hash)) ?? null,
        BLOCK_TIMEOUT_MS,
      );
      return expected(hash, await asked);
    },
    /** Reads the head of a provider that is not used, unless that was done lately or it is left alone. */
    async probe(best: number): Promise<void> {
      const isDue = now() >= health.retryAt && now() - probedAt >= PROBE_MS;
      if (isDue) await head(best).catch(unlessFault);
    },
    listen(listener: Announcements): Listening | null {
      listening = client.listen(listener);
      return listening;
    },
  };
}
