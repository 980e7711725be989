import { randomUUID } from 'node:crypto';
import {
  cloudEventHeaders,
  LOOK_UP_KIND,
  type LookUpV1,
  TOPICS,
  type WatchRequestV1,
} from '@daybook/contracts';
import { DurableLog } from '@daybook/messaging';
import { pause } from '@daybook/platform/plain';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { Head } from '../chains';
import { Heads } from '../chains';
import { RateLimit } from '../edge/rate-limit';
import {
  type KeptLookUp,
  keyOf,
  lastAnswer,
  NewAnswers,
  noteAsked,
  type TransactionName,
  WAIT_MS,
} from './kept-look-ups';

/** Look-ups of an account in a minute that may need the chain; those that it repeats while its head stands still are free. */
export const QUOTA = { requests: 60, windowSeconds: 60 };
/** Calls that wait at once in a process, no matter whose they are. A further one is answered with what is known. */
const WAITING_MAX = 256;
/** Answers that a process remembers, by the movements in them: some megabytes, whatever is looked up. */
const REMEMBERED_MOVEMENTS_MAX = 20_000;
/** Which accounts have asked what: more than all of them ask in minutes. */
const ASKED_MAX = 50_000;
/** A final block is not replaced; a reorg that does it all the same shows after this. */
const FINAL_MS = 10 * 60_000;
/** A transaction can be announced while the head stands still. */
const NOT_INCLUDED_MS = 5_000;
/** A provider that does not answer may do so soon. */
const UNANSWERED_MS = 2_000;
/** How long a watcher that does not know look-ups is not asked again. */
const OLDER_MS = 60_000;

/** What a chain shows of a transaction, as far as it could be heard. */
export interface Heard {
  /** Null if the account never heard of it. */
  readonly lookUp: LookUpV1 | null;
  /** Whether the chain shows it now. */
  readonly isCurrent: boolean;
}

interface Remembered {
  readonly kept: KeptLookUp;
  /** Unix milliseconds. */
  readonly at: number;
}

interface UnderWay {
  readonly answer: Promise<KeptLookUp | null>;
  readonly requestId: string;
}

/**
 * Asks the watchers of chains what they show of a transaction. One question serves everybody who asks for the same
 * until the head of the chain moves. But nobody can tell what other accounts have asked: the first answer to an
 * account counts against its quota and takes as long as the question took, no matter who asked it.
 */
@Injectable()
export class LookUps {
  private readonly logger = new Logger(LookUps.name);
  private readonly answers: NewAnswers;
  private readonly quota = new RateLimit(QUOTA, Date.now, {
    name: 'look-ups',
    of: 'the account for look-ups',
  });
  /** The request whose answer an account knows, by account and transaction. */
  private readonly asked = new LRUCache<string, string>({ max: ASKED_MAX });
  /** The last answers, with when they were read. */
  private readonly remembered = new LRUCache<string, Remembered>({
    maxSize: REMEMBERED_MOVEMENTS_MAX,
    sizeCalculation: ({ kept }) => kept.lookUp.movements.length + 1,
  });
  private readonly underWay = new Map<string, UnderWay>();
  /** Until when the watcher of a chain is not asked, because it is older than look-ups. Unix milliseconds. */
  private readonly older = new Map<string, number>();
  private waiting = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: DurableLog,
    private readonly heads: Heads,
  ) {
    this.answers = new NewAnswers(dataSource);
  }

  /** What the chain shows of a transaction, within five seconds. Refuses with `rate-limited`. */
  async of(accountId: string, name: TransactionName): Promise<Heard> {
    const head = (await this.heads.now()).get(name.chain);
    const kept = await this.lastAnswer(name, head);
    const isCurrent = kept !== null && isValid(kept, head);
    const own = `${accountId} ${keyOf(name)}`;
    const known = this.asked.get(own);
    if (isCurrent && known === kept.requestId) return { lookUp: kept.lookUp, isCurrent };
    this.quota.take(accountId);
    const begun = Date.now();
    const heard = isCurrent ? kept : await this.ask(own, name, kept);
    if (heard === null) {
      // What others asked before is not shown.
      return {
        lookUp: known === kept?.requestId ? (kept?.lookUp ?? null) : null,
        isCurrent: false,
      };
    }
    await pause(Math.max(0, Math.min(heard.tookMs, WAIT_MS) - (Date.now() - begun)));
    this.asked.set(own, heard.requestId);
    return { lookUp: heard.lookUp, isCurrent: true };
  }

  /** From memory while it is valid. */
  private async lastAnswer(
    name: TransactionName,
    head: Head | undefined,
  ): Promise<KeptLookUp | null> {
    const key = keyOf(name);
    const known = this.remembered.get(key);
    if (known !== undefined) {
      const kept = { ...known.kept, ageMs: known.kept.ageMs + Date.now() - known.at };
      if (isValid(kept, head)) return kept;
    }
    const kept = await lastAnswer(this.dataSource, name);
    if (kept !== null) this.remembered.set(key, { kept, at: Date.now() });
    return kept;
  }

  /** Null if there is no answer in time, or too many wait already. */
  private async ask(
    own: string,
    name: TransactionName,
    kept: KeptLookUp | null,
  ): Promise<KeptLookUp | null> {
    if (this.waiting >= WAITING_MAX || (this.older.get(name.chain) ?? 0) > Date.now()) return null;
    const { answer, requestId } = this.shared(name, kept);
    this.waiting += 1;
    const late = new AbortController();
    try {
      const heard = await Promise.race([answer, pause(WAIT_MS, late.signal).then(() => null)]);
      // An answer that comes later is one to this account, too.
      if (heard === null) this.asked.set(own, requestId);
      return heard;
    } finally {
      late.abort();
      this.waiting -= 1;
    }
  }

  /** One question for all in this process who ask for the same at once. */
  private shared(name: TransactionName, kept: KeptLookUp | null): UnderWay {
    const key = keyOf(name);
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return underWay;
    const requestId = randomUUID();
    const answer = this.question(name, requestId, kept)
      .catch((error: unknown) => {
        this.logger.warn({ msg: 'look-up not asked', chain: name.chain, error });
        return null;
      })
      .finally(() => this.underWay.delete(key));
    const begun = { answer, requestId };
    this.underWay.set(key, begun);
    return begun;
  }

  private async question(
    name: TransactionName,
    requestId: string,
    kept: KeptLookUp | null,
  ): Promise<KeptLookUp | null> {
    if (await noteAsked(this.dataSource, name, requestId)) {
      await this.log.publish(TOPICS.watchRequest, [messageOf(name, requestId)]);
    }
    const answer = await this.answers.next(name, kept);
    if (answer === null) await this.noteOlder(name.chain, requestId);
    return answer;
  }

  /** A watcher that does not know look-ups refuses them like any request of a kind that it does not know. */
  private async noteOlder(chain: string, requestId: string): Promise<void> {
    const sql = 'SELECT reason FROM ledger.watch_report WHERE request_id = $1';
    const [refused]: { reason: string }[] = await this.dataSource.query(sql, [requestId]);
    if (refused === undefined) return;
    this.older.set(chain, Date.now() + OLDER_MS);
    this.logger.warn({ msg: 'look-ups are refused', chain, reason: refused.reason });
  }
}

/** Whether the chain would show the same now, as far as its head tells. */
function isValid({ lookUp, ageMs }: KeptLookUp, head: Head | undefined): boolean {
  const { status, block } = lookUp;
  // As it was shown: since then another block may have become final at the same height.
  const isFinal = block !== null && block.number <= (lookUp.finalized ?? -1);
  if (isFinal && lookUp.watch === 'matched') return ageMs < FINAL_MS;
  const hasMoved = head !== undefined && (lookUp.head ?? -1) < head.latest;
  if (block !== null && head !== undefined) return !hasMoved && ageMs < FINAL_MS;
  const isAnswer = status === 'pending' || status === 'unknown' || block !== null;
  return !hasMoved && ageMs < (isAnswer ? NOT_INCLUDED_MS : UNANSWERED_MS);
}

/** It names no account: the answer is the same for everybody. */
function messageOf({ chain, hash }: TransactionName, requestId: string) {
  const requestedAt = new Date().toISOString();
  const value: WatchRequestV1 = {
    ...{ requestId, chain, kind: LOOK_UP_KIND, from: null, to: null, transaction: hash },
    ...{ blocksMax: 0, isCancelled: false, requestedBy: LOOK_UP_KIND, requestedAt, position: '0' },
  };
  const headers = cloudEventHeaders({
    ...{ id: requestId, source: '/daybook/ledger', type: 'daybook.WatchRequest.v1' },
    time: requestedAt,
  });
  return { id: requestId, key: chain, value: JSON.stringify(value), headers };
}
