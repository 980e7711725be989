import { type BackOff, backOffMs, messageOf, TimedOut, within } from '@daybook/platform/plain';
import type {
  Announcements,
  BalanceQuery,
  BlockHeader,
  ChainClient,
  Listening,
  ProviderFault,
  ProviderState,
  ProviderStatus,
} from '../chain-client';
import type { Chain } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { faultOf, unlessFault } from './fault';
import {
  afterAnswer,
  afterDoubt,
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

/** A block, or a look at many addresses, may need several requests, each with its own time-out; the rest is one. */
const BLOCK_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 20_000;

const BACK_OFF: BackOff = { firstMs: 500, longestMs: 30_000 };
/** Plans count by the second or the minute; asking on would prolong the refusal. */
const LIMITED_BACK_OFF: BackOff = { firstMs: 2_000, longestMs: 60_000 };
/** Only a change of configuration puts it right. */
const WRONG_CHAIN_MS = 60_000;
/** The end of the year 9999 in Unix seconds: later times are not dates in RFC 3339. */
export const HEADER_TIME_MAX = 253_402_300_799;
/** How often a provider that is not used is asked for its head: often enough to know it, cheap in any plan. */
const PROBE_MS = 10_000;

export type Provider = ReturnType<typeof createProvider>;

export interface ProviderOptions {
  /** Unix milliseconds. */
  now(): number;
  /** Hears each new state. */
  changed(status: ProviderStatus): void;
  /** From 0 to 1, for waits that differ from those of other processes. */
  random(): number;
}

/** One provider of a chain, with what is known of it. */
export function createProvider(
  { name, client }: NamedClient,
  chain: Pick<Chain, 'id' | 'blockTimeMs'>,
  { now, changed, random }: ProviderOptions,
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
    return backOffMs(failures, fault === 'limited' ? LIMITED_BACK_OFF : BACK_OFF, random);
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
    const found = await send(async () => plausible(await client.head()));
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
    forgetFinal: () => client.forgetFinal?.(),
    believesAgreement: client.believesAgreement ?? false,
    /** Its answers contradict what is known, so it must show again that it serves the chain. */
    doubt: (reason: string) => note(afterDoubt(health, reason, now())),
    header: async (at: number | string) =>
      expected(at, await use(async () => plausible(await client.header(at)))),
    tagged: (tag: Parameters<ChainClient['tagged']>[0]) =>
      use(async () => plausible(await client.tagged(tag))),
    async block(at: number | string, isCompared = false) {
      const asked = use(
        async () => plausible(await client.block(at, isCompared)),
        BLOCK_TIMEOUT_MS,
      );
      return expected(at, await asked);
    },
    /** Null if the chain has only one rule. */
    blockByOtherRule: async (hash: string) => {
      const asked = use(
        async () => (await client.blockByOtherRule?.(hash)) ?? null,
        BLOCK_TIMEOUT_MS,
      );
      return expected(hash, await asked);
    },
    /** Null for each that is not served, as if none were where the client reads no balances. */
    balances: (queries: readonly BalanceQuery[], block: Pick<BlockHeader, 'number' | 'hash'>) =>
      use(async () => (await client.balances?.(queries, block)) ?? queries.map(() => null)),
    /** Null where the client reads none. */
    uses: (addresses: readonly string[], assets: readonly string[]) =>
      use(async () => (await client.uses?.(addresses, assets)) ?? null, BLOCK_TIMEOUT_MS),
    /** Null if it serves no traces of the block. */
    traced: (block: Parameters<NonNullable<ChainClient['traced']>>[0]) =>
      use(async () => (await client.traced?.(block)) ?? null, BLOCK_TIMEOUT_MS),
    /** Null if it does not serve the state of the block. */
    provenBalance: (address: string, hash: string) =>
      use(async () => (await client.provenBalance?.(address, hash)) ?? null),
    blockOf: (hash: string) => use(() => client.blockOf(hash)),
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

/** Throws `InvalidBlock` if the height or time in an answer can be none: a correct hash says nothing about them. */
function plausible<Header extends BlockHeader | null>(header: Header): Header {
  if (header === null) return header;
  const { number, time } = header;
  const isHeight = Number.isSafeInteger(number) && number >= 0;
  if (isHeight && Number.isSafeInteger(time) && time >= 0 && time <= HEADER_TIME_MAX) return header;
  throw new InvalidBlock(
    `The node answered with a block of height ${number} and time ${time} (Unix seconds), which no block can have.`,
  );
}
