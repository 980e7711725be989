import type { json } from '@daybook/contracts';
import {
  account,
  type Decider,
  DomainError,
  type DomainEvent,
  type KeyIssuer,
  operator,
  streamName,
} from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Optional } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { hashApiKey, isApiKey, newApiKey, parseApiKey } from './api-key';
import { ApiKeys, type KeyOwner } from './api-keys';
import { KeysForgotten } from './keys-forgotten';
import { keysIn } from './keys-in-log';
import { found, Problem } from './problem';
import { type Answer, CallerCommand, type RequestContext } from './request-context';
import { wordsBeyond } from './scopes';
import { writeAs } from './write-as';

// The keys of accounts and of operators: one mechanism for both.

interface NewApiKey {
  readonly owner: KeyOwner;
  readonly scopes: readonly string[];
  readonly name?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
  /** Who holds the key of an account; an operator's is held by the operator. */
  readonly person?: string | undefined;
  /** The key to issue; a new one when left out. */
  readonly key?: string;
}

/**
 * Issues a key. The answer has the key itself the first time only. Refuses with `account-not-found` or
 * `operator-not-found`, `invalid-person`, `api-key-exists`, `too-many-api-keys`, and with `forbidden` a key that may do
 * more than the one that asks for it.
 */
export class IssueApiKey extends CallerCommand<NewApiKey, json.IssuedApiKey> {}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  /** Without `keys` a key is not compared with those of other owners: enough for a random one. */
  constructor(
    private readonly store: EventStore,
    @Optional() private readonly keys?: ApiKeys,
  ) {}

  async execute({ context, request }: IssueApiKey): Promise<Answer<json.IssuedApiKey>> {
    const { owner, scopes, name = null, expiresAt = null, person = null } = request;
    const { kind } = owner;
    requireGrantable(context, kind, scopes);
    const key = request.key ?? newApiKey({ kind, seed: context.commandId }).key;
    const parsed = parseApiKey(key);
    // The sentence never repeats the text, because it may be another secret.
    if (parsed?.kind !== kind)
      throw new Error(`This is not the key of an ${kind}, or it is mistyped.`);
    // Best effort, because the read model may be behind. A clash that it misses harms nobody else's key.
    const stored = (await this.keys?.find(parsed)) ?? [];
    if (stored.some(({ ownerId, keyHash }) => ownerId !== owner.id && isApiKey(key, keyHash))) {
      const right = `Another ${kind} has this very key, with the id ${parsed.keyId}; make a new key.`;
      throw new DomainError('api-key-exists', right);
    }
    const issued = { keyId: parsed.keyId, keyHash: hashApiKey(key), scopes, name, expiresAt };
    const issue = { type: 'IssueApiKey', ...issued } as const;
    const ofAccount = { person, issuedBy: issuerOf(context), replaces: null, at: now() };
    const answer =
      kind === 'account'
        ? await writeKey(this.store, context, owner, account, { ...issue, ...ofAccount })
        : await writeKey(this.store, context, owner, operator, issue);
    return withKey(answer, key);
  }
}

interface RevokedKey {
  readonly owner: KeyOwner;
  readonly keyId: string;
  readonly reason: string;
}

/**
 * Revokes a key for ever. The answer comes when no process accepts the key any more, or says that this is not certain
 * yet. Refuses with `operator-not-found`, `api-key-not-found`.
 */
export class RevokeApiKey extends CallerCommand<RevokedKey, json.RevokedApiKey> {}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  /** Without `forgotten` the answer does not wait, and says so. */
  constructor(
    private readonly store: EventStore,
    @Optional() private readonly forgotten?: KeysForgotten,
  ) {}

  async execute({ context, request }: RevokeApiKey): Promise<Answer<json.RevokedApiKey>> {
    const { owner, keyId, reason } = request;
    const revoke = { type: 'RevokeApiKey', keyId, reason } as const;
    const answer =
      owner.kind === 'account'
        ? await writeKey(this.store, context, owner, account, revoke)
        : await writeKey(this.store, context, owner, operator, revoke);
    const inEffect = (await this.forgotten?.since(answer.position)) ?? false;
    return { ...answer, resource: { ...answer.resource, inEffect } };
  }
}

interface RotatedKey extends RevokedKey {
  readonly overlapSeconds: number;
  /** RFC 3339. When the successor ends; when the replaced key would have ended if left out. */
  readonly expiresAt?: string | undefined;
}

/**
 * Replaces a key of an account by a successor with the same scopes, name and person, and ends it after an overlap.
 * Without an overlap the answer comes when no process accepts the replaced key any more, or says that this is not certain
 * yet. Refuses with `api-key-not-found`, `api-key-ended`, `invalid-overlap`, `too-many-api-keys`, and with `forbidden` for
 * a key that may do more than the one that asks.
 */
export class RotateApiKey extends CallerCommand<RotatedKey, json.RotatedApiKey> {}

@CommandHandler(RotateApiKey)
export class RotateApiKeyHandler implements ICommandHandler<RotateApiKey> {
  constructor(
    private readonly store: EventStore,
    private readonly forgotten: KeysForgotten,
  ) {}

  async execute({ context, request }: RotateApiKey): Promise<Answer<json.RotatedApiKey>> {
    const { owner, keyId, ...rotation } = request;
    // What a key may do never changes, so this holds whatever happens meanwhile.
    const history = await this.store.readStream(streamName('account', owner.id));
    const old = found(
      keysIn(history).find((key) => key.keyId === keyId) ?? null,
      'api-key-not-found',
    );
    requireGrantable(context, 'account', old.scopes);
    const { key, keyId: successorId } = newApiKey({ seed: context.commandId });
    const command = {
      type: 'RotateApiKey',
      keyId,
      ...rotation,
      successor: { keyId: successorId, keyHash: hashApiKey(key) },
      issuedBy: issuerOf(context),
      at: now(),
    } as const;
    const answer = await writeKey(this.store, context, owner, account, command, successorId);
    const isAtOnce = rotation.overlapSeconds === 0;
    const inEffect = isAtOnce && (await this.forgotten.since(answer.position));
    const issued = withKey(answer, key);
    return { ...issued, resource: { ...issued.resource, inEffect } };
  }
}

/** The answer with the key itself, if it was issued just now. */
function withKey(answer: Answer<json.ApiKey>, key: string): Answer<json.IssuedApiKey> {
  const isNew = !answer.replayed && answer.outcome !== 'unchanged';
  return { ...answer, resource: { ...answer.resource, key: isNew ? key : null } };
}

/**
 * Nobody gives away what he does not have. Operators issue keys of accounts, whose scopes are not theirs, by right of their
 * own. Refuses with `forbidden`.
 */
function requireGrantable(
  { holder }: RequestContext,
  kind: KeyOwner['kind'],
  words: readonly string[],
): void {
  if (holder === undefined || (holder.kind === 'operator' && kind === 'account')) return;
  const [beyond] = wordsBeyond(holder.words, words);
  if (beyond === undefined) return;
  throw new Problem('forbidden', `A key without "${beyond}" issues no key with it.`);
}

function issuerOf({ holder }: RequestContext): KeyIssuer | null {
  if (holder === undefined) return null;
  const { kind, keyId, person } = holder;
  return { kind, keyId, person };
}

function now(): string {
  return new Date().toISOString();
}

/** Decides a command about a key, and answers with the key `about` as the command left it, in the event log. */
async function writeKey<
  Command,
  Event extends DomainEvent,
  State extends { readonly status: string },
>(
  store: EventStore,
  context: RequestContext,
  { kind, id }: KeyOwner,
  decider: Decider<Command, Event, State>,
  command: Command & { readonly keyId: string },
  about: string = command.keyId,
): Promise<Answer<json.ApiKey>> {
  const stream = streamName(kind, id);
  const answer = await writeAs(store, context, stream, decider, command, () => null);
  const history = await store.readStream(stream);
  const keys = keysIn(history.filter(({ position }) => position <= answer.position));
  const key = keys.find(({ keyId }) => keyId === about) ?? null;
  return { ...answer, resource: found(key, 'api-key-not-found') };
}
