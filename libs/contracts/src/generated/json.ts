// Written by generate-json.mjs from the .proto files: what REST shows.

/** An account, with the policy that operators set. */
export interface Account {
  /** Id of the account. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Days after which a purse without any confirmed receipt expires; null for never. */
  readonly purseUnusedDays: number | null;
  /** Days after the last confirmed receipt after which a purse expires; null for never. */
  readonly purseIdleDays: number | null;
}

/** The accounts. */
export interface AccountList {
  /** In the order of their ids. */
  readonly data: readonly Account[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** A key that was issued; the key itself is not kept. */
export interface ApiKey {
  /** The public part of the key. */
  readonly keyId: string;
  /** A name for its owner; null if it has no name. */
  readonly name: string | null;
  /** What it may do: `read`, `write`, or scopes such as `purses:read`. */
  readonly scopes: readonly string[];
  /** Whether it is valid, and why not. */
  readonly status: 'active' | 'expired' | 'revoked';
  /** When it was issued. */
  readonly issuedAt: string;
  /** It is not valid from this time on; null if it does not expire. */
  readonly expiresAt: string | null;
  /** When it was revoked; null if it was not. */
  readonly revokedAt: string | null;
  /** Why it was revoked; null if it was not. */
  readonly reason: string | null;
}

/** Keys, without their secrets. */
export interface ApiKeyList {
  /** In the order of issue, including revoked ones. */
  readonly data: readonly ApiKey[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** The key that was issued. */
export interface IssuedApiKey {
  /** The public part of the key. */
  readonly keyId: string;
  /** A name for its owner; null if it has no name. */
  readonly name: string | null;
  /** What it may do: `read`, `write`, or scopes such as `purses:read`. */
  readonly scopes: readonly string[];
  /** Whether it is valid, and why not. */
  readonly status: 'active' | 'expired' | 'revoked';
  /** When it was issued. */
  readonly issuedAt: string;
  /** It is not valid from this time on; null if it does not expire. */
  readonly expiresAt: string | null;
  /** When it was revoked; null if it was not. */
  readonly revokedAt: string | null;
  /** Why it was revoked; null if it was not. */
  readonly reason: string | null;
  /** The whole key. It is shown only once, because only its hash is kept; null if the request is a repeat. */
  readonly key: string | null;
}

/** An amount and its asset. Amounts are text, because amounts in base units exceed what 64-bit numbers can hold safely in every language. */
export interface Money {
  /** CAIP-19 id of the asset, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`. */
  readonly asset: string;
  /** Short code of the asset, such as `USDT_ETH`; `UNREGISTERED` for a token that the registry does not list. */
  readonly currency: string;
  /** The amount in whole units, exact, without exponent, such as `1.5`. */
  readonly amount: string;
  /** The same amount in base units, such as `1500000`. */
  readonly baseUnits: string;
  /** How many digits of the base units follow the decimal point. */
  readonly decimals: number;
}

/** A difference between the chain and the books. */
export interface Finding {
  /** Id of the finding. */
  readonly id: string;
  /** What it is about. */
  readonly kind: 'unexplained' | 'unplanned-outflow' | 'unreadable';
  /** Whether it is open. */
  readonly status: 'open' | 'closed';
  /** Id of the account. */
  readonly accountId: string;
  /** Id of the customer who owns the purse. */
  readonly customerId: string;
  /** Id of the purse. */
  readonly purseId: string;
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Address of the purse. */
  readonly address: string;
  /** What the chain has more than the books; negative when it has less, and 0 when nobody knows. */
  readonly difference: Money;
  /** The first block in which the cause may lie; null when that is not known. */
  readonly fromBlock: number | null;
  /** The last such block; null when that is not known. */
  readonly toBlock: number | null;
  /** The outflow, or the id of the replenishment, that it is about; null for a difference of balances. */
  readonly subject: string | null;
  /** How often it was opened. */
  readonly opening: number;
  /** How it was closed; null while it is open. */
  readonly end: 'explained' | 'credited' | 'noted' | null;
  /** The claim to which an operator booked it; null if none did. */
  readonly creditedTo: 'customer' | 'account' | null;
  /** The reason of the operator who acted last; null if none did. */
  readonly reason: string | null;
  /** That operator's own name for the act; null if none acted. */
  readonly reference: string | null;
  /** The last watch request for it; null if there is none. */
  readonly watchRequestId: string | null;
  /** When it was opened, the last time. */
  readonly openedAt: string;
  /** When it last changed. */
  readonly updatedAt: string;
  /** The position of its last event. */
  readonly position: string;
}

/** A page of findings. */
export interface FindingList {
  /** From the newest to the oldest. */
  readonly data: readonly Finding[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** Whether transfers to a purse are seen on one chain. */
export interface PurseWatch {
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Whether the watcher of the chain has acknowledged the address. */
  readonly watched: boolean;
}

/** A customer's permanent deposit address on one family. */
export interface Purse {
  /** Id of the purse. */
  readonly id: string;
  /** Id of the customer. */
  readonly customerId: string;
  /** The address family. One purse takes every registered asset of its family. */
  readonly family: 'evm' | 'tron';
  /** The address, as people write it, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`. It never changes. Null (over gRPC empty) if the purse was given the address of another one, by a fault of an earlier version, until the operator gives it one of its own. */
  readonly address: string | null;
  /** PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives is held in suspense. DECLINED: compliance refused a receipt; never used again. */
  readonly status: 'PENDING_PAYMENT' | 'ARCHIVED' | 'DECLINED' | 'NO_OWNER';
  /** Your own order id; null if none was given. */
  readonly outsideOrderId: string | null;
  /** When it was minted. */
  readonly mintedAt: string;
  /** One entry for each watched chain of the family. Show the address to a payer only once it is watched on the payer's chain, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are scanned again. */
  readonly watch: readonly PurseWatch[];
}

/** A page of purses. */
export interface PurseList {
  /** From the newest to the oldest. */
  readonly data: readonly Purse[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** The block that includes a transfer. */
export interface Block {
  /** Its height. */
  readonly number: number;
  /** Its hash. */
  readonly hash: string;
  /** The time in its header. */
  readonly time: string;
}

/** How far a transfer is from being final. */
export interface Confirmations {
  /** The blocks from the one that includes it up to the newest one. */
  readonly current: number;
  /** How many it needs; null if it waits for a tag of the chain instead. */
  readonly required: number | null;
  /** What it waits for: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`. */
  readonly policy: string;
}

/** What a purse held below the minimum of one asset, and was credited when it added up to the minimum. */
export interface HeldSum {
  /** Id of the oldest part. `ListEvents` has all parts in its event. */
  readonly firstReplenishmentId: string;
  /** What the parts add up to. */
  readonly money: Money;
  /** The number of parts. */
  readonly count: number;
  /** Ids of the parts, oldest first; empty if there are more than 100. */
  readonly replenishmentIds: readonly string[];
}

/** The record of a transfer to a purse. */
export interface Replenishment {
  /** Id of the replenishment. */
  readonly id: string;
  /** Id of the customer who owns the purse. */
  readonly customerId: string;
  /** Id of the purse. */
  readonly purseId: string;
  /** Your own order id, from the purse; null if none was given. */
  readonly outsideOrderId: string | null;
  /** The status. */
  readonly status: 'seen' | 'detected' | 'screening' | 'confirmed' | 'declined' | 'reverted' | 'dropped' | 'rejected' | 'voided' | 'held';
  /** The first part of the status as a pair of states. */
  readonly transactionState: 'MEM_POOL_FOUND' | 'PENDING_COMPLIANCE_CHECK' | 'CONFIRMED' | 'DECLINED' | 'REVERTED' | 'DROPPED' | 'REJECTED' | 'VOIDED' | 'HELD';
  /** The second part of that pair. */
  readonly complianceState: 'UNCHECKED' | 'IN_PROGRESS' | 'CHECKED' | 'DECLINE';
  /** Whether sweeps to the account's wallets cover the whole of it: the oldest replenishments of a purse and asset first, parts counted. */
  readonly translationToAccountCompleted: boolean;
  /** The transferred amount. */
  readonly money: Money;
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Hash of the transaction; null (over gRPC empty) for what none moved, such as a withdrawal of a validator. */
  readonly txHash: string | null;
  /** The transfer within its transaction: `<kind>:<number>`, such as `log:0`. */
  readonly ordinal: string;
  /** Address of the sender. */
  readonly from: string;
  /** Address of the purse. */
  readonly to: string;
  /** Null while no block includes the transfer. */
  readonly block: Block | null;
  /** Whether the customer was blocked, so that the account was credited instead. */
  readonly blocked: boolean;
  /** Where it is booked; null while it is not. */
  readonly creditedTo: 'customer' | 'account' | 'suspense' | null;
  /** Why it was rejected, why it waits (`awaiting-second-provider`, `unproven-trace`, `unread-balance`), why it is held (`below-minimum`), or why the customer was not credited; else null. */
  readonly reason: string | null;
  /** The finality policy that was applied, such as `depth:12`; null before. */
  readonly finality: string | null;
  /** When it was first recorded. */
  readonly createdAt: string;
  /** When it last changed. */
  readonly updatedAt: string;
  /** The position of its last event. */
  readonly position: string;
  /** How many confirmations it has, and how many it needs; null while no block includes the transfer, and while the chain's newest block is not known. */
  readonly confirmations: Confirmations | null;
  /** How much of the amount does not count: what left the purse again in the same transaction, and `unbacked`. It is credited less by this. Null when all of it counts. */
  readonly netted: Money | null;
  /** How much of `netted` did not arrive: the token is credited by balance, and that of the purse shows less than the token's log says. Null when nothing is missing. */
  readonly unbacked: Money | null;
  /** The sum that it was credited with, if it is below the minimum of its asset; else null. */
  readonly sum: HeldSum | null;
}

/** A page of replenishments. */
export interface ReplenishmentList {
  /** From the newest to the oldest. */
  readonly data: readonly Replenishment[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** A claim below zero: money was taken back after it was used. */
export interface NegativeClaim {
  /** Id of the account. */
  readonly accountId: string;
  /** Id of the customer; null for a claim of the account. */
  readonly customerId: string | null;
  /** Id of the purse where the account's claim is below zero; null for a claim of a customer, which is the sum over all purses. */
  readonly purseId: string | null;
  /** The claim. Its amount is negative. */
  readonly claim: Money;
}

/** The claims below zero. */
export interface NegativeClaimList {
  /** At most 100, the lowest id of an account first. */
  readonly data: readonly NegativeClaim[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** The customer and the purses of the requested families. */
export interface CreatedCustomer {
  /** Id of the customer. */
  readonly id: string;
  /** Your own id of the customer, such as `user-42`; empty once the customer was erased. */
  readonly externalId: string;
  /** Free text for your own use; null if there is none. */
  readonly description: string | null;
  /** What a blocked customer receives is credited to the account; the addresses stay active. */
  readonly status: 'ACTIVE' | 'BLOCKED' | 'ERASED';
  /** When it was created. */
  readonly createdAt: string;
  /** E-mail address; null if there is none, such as `ann@example.com`. */
  readonly email: string | null;
  /** First name; null if there is none. */
  readonly firstName: string | null;
  /** Last name; null if there is none. */
  readonly lastName: string | null;
  /** Telephone number; null if there is none, such as `+41 79 123 45 67`. */
  readonly phone: string | null;
  /** Texts under names of your own, a JSON object; null if there are none. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** In the order of the requested families. */
  readonly purses: readonly Purse[];
}

/** An account's end user. */
export interface Customer {
  /** Id of the customer. */
  readonly id: string;
  /** Your own id of the customer, such as `user-42`; empty once the customer was erased. */
  readonly externalId: string;
  /** Free text for your own use; null if there is none. */
  readonly description: string | null;
  /** What a blocked customer receives is credited to the account; the addresses stay active. */
  readonly status: 'ACTIVE' | 'BLOCKED' | 'ERASED';
  /** When it was created. */
  readonly createdAt: string;
  /** E-mail address; null if there is none, such as `ann@example.com`. */
  readonly email: string | null;
  /** First name; null if there is none. */
  readonly firstName: string | null;
  /** Last name; null if there is none. */
  readonly lastName: string | null;
  /** Telephone number; null if there is none, such as `+41 79 123 45 67`. */
  readonly phone: string | null;
  /** Texts under names of your own, a JSON object; null if there are none. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** A page of customers. */
export interface CustomerList {
  /** From the newest to the oldest. */
  readonly data: readonly Customer[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** An event. */
export interface Event {
  /** The same id on every channel. */
  readonly id: string;
  /** What happened, such as `ReplenishmentConfirmed`. New types may be added at any time. */
  readonly type: string;
  /** Its place in the event log. Events of other accounts may lie between yours. */
  readonly position: string;
  /** When it was recorded. */
  readonly recordedAt: string;
  /** What the event is about, such as `customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52`. */
  readonly subject: string;
  /** The content of the event: an object whose fields depend on the type. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A page of events. */
export interface EventList {
  /** In the order of the event log, without gaps. */
  readonly data: readonly Event[];
  /** Pass it as `after` for the next page. Null at the end of the event log: continue later after the last event you have. A page with a cursor may be empty. */
  readonly nextCursor: string | null;
  /** Log and epoch in which these positions are: `<id>.<epoch>`. Store it beside your position, and send it with `after`. */
  readonly log: string;
}

/** Some events, or a heartbeat. */
export interface TailResponse {
  /** In the order of the event log. Empty: a heartbeat, at least every 10 seconds. */
  readonly data: readonly Event[];
  /** The event log was read up to here: continue with this as `after`. */
  readonly position: string;
  /** Whether this is the end of the event log. */
  readonly atEnd: boolean;
  /** Log and epoch in which these positions are: `<id>.<epoch>`. Store it beside your position, and send it with `after`. */
  readonly log: string;
}

/** Some events, or a heartbeat. */
export interface ReplayResponse {
  /** In the order of the event log. Empty: a heartbeat, or the end. */
  readonly data: readonly Event[];
  /** The event log was read up to here: continue after this position if the connection breaks. */
  readonly position: string;
  /** Whether this is the last message: everything up to `until` has been sent. */
  readonly atEnd: boolean;
  /** Log and epoch in which these positions are: `<id>.<epoch>`. Store it beside your position, and send it with `after`. */
  readonly log: string;
}

/** The balance of one asset. */
export interface Balance {
  /** CAIP-19 id of the asset. */
  readonly asset: string;
  /** The customer's claim: what Daybook owes the customer. */
  readonly claim: Money;
  /** The account's claim: receipts while the customer was blocked. */
  readonly accountClaim: Money;
  /** Held in suspense until it is resolved. */
  readonly suspense: Money;
  /** The coins on purse addresses. */
  readonly custody: Money;
}

/** Balances at one moment. */
export interface BalanceList {
  /** One entry per asset ever received. */
  readonly data: readonly Balance[];
  /** The position that the figures are valid for if `asOf` was sent; null for now. */
  readonly asOf: string | null;
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** Everything ever received of one asset. */
export interface Throughput {
  /** CAIP-19 id of the asset. */
  readonly asset: string;
  /** The gross sum of all receipts. It never decreases. */
  readonly received: Money;
  /** The sum of receipts that chain reorganisations reversed. */
  readonly reversed: Money;
  /** How many receipts were booked. Reversals do not decrease it. */
  readonly receipts: string;
}

/** Throughput up to one moment. */
export interface ThroughputList {
  /** One entry per asset ever received. */
  readonly data: readonly Throughput[];
  /** The position that the figures are valid for if `asOf` was sent; null for now. */
  readonly asOf: string | null;
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** A chain, and the last report of its watcher. */
export interface Chain {
  /** CAIP-2 id, such as `eip155:1`. */
  readonly chain: string;
  /** Its name, such as `Ethereum`. */
  readonly name: string;
  /** Its address family. */
  readonly family: 'evm' | 'tron';
  /** When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`. */
  readonly finality: string;
  /** The state of its watcher. */
  readonly state: 'unwatched' | 'catching-up' | 'following' | 'stalled' | 'paused' | 'silent';
  /** More about the state; null if there is nothing to say. Operators see what stalls a chain. */
  readonly detail: string | null;
  /** The newest block of the node; null without a watcher. */
  readonly latest: number | null;
  /** Every block up to this one was matched; null without a watcher. */
  readonly matched: number | null;
  /** The highest irreversible block; null while unknown. */
  readonly finalized: number | null;
  /** Blocks still to match; null without a watcher. */
  readonly lag: number | null;
  /** When the watcher reported this; null without a watcher. */
  readonly observedAt: string | null;
  /** Every address minted up to this position of the event log is watched; null while unknown. */
  readonly addressesThrough: string | null;
  /** What is reported of a transfer besides the policy by which it is credited, such as `depth:12`. */
  readonly thresholds: readonly string[];
  /** No transfer is credited below this; null if there is no such limit. */
  readonly minimumFinality: string | null;
}

/** The chains. */
export interface ChainList {
  /** In the order of the registry. */
  readonly data: readonly Chain[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** An asset that Daybook credits. */
export interface Asset {
  /** CAIP-19 id, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`. */
  readonly asset: string;
  /** CAIP-2 id of its chain, such as `eip155:1`. */
  readonly chain: string;
  /** Short code, such as `USDT_ETH`. */
  readonly currency: string;
  /** How many digits of its base units follow the decimal point. */
  readonly decimals: number;
  /** The token's contract; null for the coin of the chain itself. */
  readonly contract: string | null;
  /** The smallest transfer that is credited alone. Smaller ones are held until they add up to it. */
  readonly minimum: Money;
  /** When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`. */
  readonly finality: string;
  /** A larger transfer is final only when a second provider has confirmed its block; null without such a limit. */
  readonly band: Money | null;
}

/** The assets. */
export interface AssetList {
  /** In the order of the registry. */
  readonly data: readonly Asset[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** The versions of the software. */
export interface Versions {
  /** Of Daybook. */
  readonly daybook: string;
  /** Of Node.js. */
  readonly node: string;
  /** Of PostgreSQL; null if it does not answer. */
  readonly postgresql: string | null;
  /** The last migration that ran; null if PostgreSQL does not answer. */
  readonly tables: string | null;
}

/** An engine. */
export interface Engine {
  /** Which software it is. */
  readonly kind: 'postgresql' | 'eventstoredb' | 'kafka';
  /** Whether it answers. */
  readonly answers: boolean;
  /** Why it does not answer. */
  readonly detail: string | null;
}

/** The engine of the event log. */
export interface EventLogEngine {
  /** Which software it is. */
  readonly kind: 'postgresql' | 'eventstoredb' | 'kafka';
  /** Whether it answers. */
  readonly answers: boolean;
  /** Why it does not answer. */
  readonly detail: string | null;
  /** The position of the last event; null if it does not answer. */
  readonly head: string | null;
  /** The identity of the log, which is in it from its first event on; null if it could not be checked. */
  readonly logId: string | null;
  /** Grows when the log goes on after it has lost its end; null if it could not be checked. */
  readonly epoch: number | null;
  /** Why this log is refused: it is not the one from which the tables come, or it has lost its end. Nothing is read from it or written to it then. */
  readonly refused: string | null;
}

/** The engines that store events, messages and tables. */
export interface Engines {
  /** The read models. */
  readonly database: Engine;
  /** The log of events. */
  readonly eventLog: EventLogEngine;
  /** The log between ledger and watchers. */
  readonly durableLog: Engine;
}

/** A follower of the event log, in any process. */
export interface FollowerState {
  /** Its name. */
  readonly name: string;
  /** Everything up to here is handled. */
  readonly position: string;
  /** How far it is behind, in positions: events on PostgreSQL, bytes of the log on EventStoreDB. */
  readonly lag: string;
  /** 0 while nothing waits. */
  readonly secondsSinceProgress: number;
  /** Whether it makes no progress though something waits. */
  readonly standsStill: boolean;
  /** Why, when the follower runs in the process that answers. */
  readonly detail: string | null;
}

/** A consumer group of the durable log. */
export interface ConsumerState {
  /** The topic. */
  readonly topic: string;
  /** The group. */
  readonly group: string;
  /** Messages that wait; null where only another process knows. */
  readonly lag: string | null;
  /** Keys that wait until an operator asks to retry them. */
  readonly parkedKeys: number;
  /** 0 while nothing waits; null where only another process knows. */
  readonly secondsSinceProgress: number | null;
  /** Whether it makes no progress though something waits. */
  readonly standsStill: boolean;
  /** Why, when the consumer runs in the process that answers. */
  readonly detail: string | null;
}

/** What one provider answered about a block. */
export interface ProviderAnswer {
  /** Its name in the chains file. */
  readonly provider: string;
  /** What it answered, in a sentence. */
  readonly said: string;
}

/** A block that could not be proven whole. */
export interface QuarantinedBlock {
  /** Its number. */
  readonly number: string;
  /** Its hash. */
  readonly hash: string;
  /** Whether the chain goes on over it; else it stops before it. */
  readonly isGap: boolean;
  /** When it was first answered invalidly. */
  readonly since: string;
  /** Why the last answer is not the block. */
  readonly reason: string;
  /** What each provider answered when it was asked last. */
  readonly answers: readonly ProviderAnswer[];
}

/** The last report of the watcher of a chain. */
export interface WatchedChain {
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** The newest block of the node. */
  readonly latest: string;
  /** Every block up to this one was matched. */
  readonly matched: string;
  /** The highest irreversible block; null while unknown. */
  readonly finalized: string | null;
  /** Every address that was minted up to this position is watched; null while unknown. */
  readonly addressesThrough: string | null;
  /** The state of its watcher. */
  readonly state: 'catching-up' | 'following' | 'paused' | 'silent' | 'stalled';
  /** Why the state is what it is. */
  readonly detail: string | null;
  /** How long ago the watcher reported. */
  readonly secondsSinceReport: number;
  /** Whether it is stalled or paused, or no longer reports. */
  readonly standsStill: boolean;
  /** The lowest blocks that could not be proven whole, at most 20. */
  readonly quarantine: readonly QuarantinedBlock[];
  /** When the newest block was made, as its header says; null while unknown. */
  readonly newestBlockAt: string | null;
  /** How many providers the chain has; 0 while unknown. */
  readonly providers: number;
  /** How many of them are used, or would be when needed. */
  readonly providersUsable: number;
  /** What an operator should know although nothing is stalled by it, in sentences that say what to do. */
  readonly warnings: readonly string[];
}

/** Why some due work failed or waits. */
export interface ReactionNote {
  /** The error or the reason. */
  readonly note: string;
  /** Whether it is an error. */
  readonly isError: boolean;
  /** How many it concerns. */
  readonly rows: number;
}

/** The work of one reaction. */
export interface ReactionState {
  /** Its name. */
  readonly name: string;
  /** When it first ran in this installation. */
  readonly firstStartedAt: string;
  /** When the next work is due; null if there is none. */
  readonly nextDueAt: string | null;
  /** How many are due now. */
  readonly overdue: number;
  /** Why some of them failed or wait, the most frequent reason first. */
  readonly notes: readonly ReactionNote[];
}

/** Work that waits until it is due, in all processes together. */
export interface Reactions {
  /** How far the clock of the database is ahead of that of the processes that do this work, in milliseconds. Of several processes, the largest difference of the last half minute. */
  readonly clockDifferenceMs: number;
  /** Whether the clocks differ by less than a minute. A process whose clock does not agree does nothing that depends on time. */
  readonly clocksAgree: boolean;
  /** The reactions. */
  readonly states: readonly ReactionState[];
}

/** A broken rule of the books. */
export interface Violation {
  /** The rule. */
  readonly invariant: string;
  /** The row. */
  readonly subject: string;
  /** What is wrong with it. */
  readonly detail: string;
}

/** Whether the rules of the books hold. */
export interface BooksCheck {
  /** Every line booked since the start, up to here, was checked; null when the books are checked by another process. */
  readonly checkedPosition: string | null;
  /** How many rules are broken now. */
  readonly violationCount: number;
  /** The first of them. */
  readonly violations: readonly Violation[];
}

/** The open findings of one kind. */
export interface OpenFindings {
  /** The kind. */
  readonly kind: 'unexplained' | 'unplanned-outflow' | 'unreadable';
  /** How many are open. */
  readonly open: number;
  /** When the oldest of them was opened. */
  readonly oldestAt: string;
}

/** Differences between the chain and the books, and claims below zero. */
export interface OpenDifferences {
  /** The kinds of findings of which some are open. */
  readonly findings: readonly OpenFindings[];
  /** How many claims are below zero; 100 stands for 100 or more. */
  readonly negativeClaims: number;
}

/** Differences between the clocks of the process that answers, of the database and of the event log. */
export interface Clocks {
  /** How far the clock of the database is ahead of that of the process that answers, in milliseconds. */
  readonly databaseAheadMs: number;
  /** How far the engine of the event log was ahead of the writer of the last event when it recorded it, in milliseconds. Null where the log is in PostgreSQL, whose clock is that of the database. */
  readonly eventLogAheadMs: number | null;
  /** Whether all of them differ by less than a minute. */
  readonly agree: boolean;
}

/** The state of the service, as the process that answers sees it. */
export interface Status {
  /** When the state was read. */
  readonly at: string;
  /** `unreachable` when an engine does not answer; counts for more than the others. */
  readonly state: 'ok' | 'standing-still' | 'unreachable';
  /** A sentence for each thing that is wrong; empty when all is well. */
  readonly problems: readonly string[];
  /** The versions of the software. */
  readonly versions: Versions;
  /** The engines that store events, messages and tables. */
  readonly engines: Engines;
  /** The followers of the event log: read models, relays and reactions. */
  readonly followers: readonly FollowerState[];
  /** The groups that read the durable log. */
  readonly consumers: readonly ConsumerState[];
  /** The last reports of the watchers. */
  readonly chains: readonly WatchedChain[];
  /** Work that waits until it is due. */
  readonly reactions: Reactions;
  /** Whether the rules of the books hold. */
  readonly books: BooksCheck;
  /** What waits for an operator to decide. It is not a fault of the service. */
  readonly differences: OpenDifferences;
  /** How far the clocks are apart that times come from. */
  readonly clocks: Clocks;
}

/** The rescans that have not ended. */
export interface OpenRescans {
  /** How many there are. */
  readonly open: number;
  /** How many blocks they have left. */
  readonly blocksLeft: number;
}

/** Blocks that follow each other. */
export interface BlockRange {
  /** The first. */
  readonly from: number;
  /** The last. */
  readonly to: number;
}

/** Whether every height of a chain was scanned, or is listed as a block in quarantine. */
export interface GapCheck {
  /** The first height that must be scanned. */
  readonly from: number;
  /** The last final block. */
  readonly to: number;
  /** Heights between them that were neither scanned nor listed. */
  readonly unscanned: number;
  /** The lowest of them, at most 20 ranges. */
  readonly ranges: readonly BlockRange[];
}

/** A reorg. */
export interface Reorg {
  /** How many blocks it replaced. */
  readonly depth: number;
  /** The block above which it replaced them. */
  readonly ancestor: number;
  /** When it was found. */
  readonly at: string;
}

/** The reorgs that the process has met. */
export interface Reorgs {
  /** How many there were. */
  readonly count: number;
  /** The one that replaced the most blocks. */
  readonly deepest: Reorg | null;
  /** The last one. */
  readonly last: Reorg | null;
}

/** What could not be proven of a block. */
export interface Alarm {
  /** Its number. */
  readonly block: number;
  /** Its hash. */
  readonly hash: string;
  /** What could not be proven, and what to do. */
  readonly sentence: string;
  /** When it was matched. */
  readonly at: string;
}

/** Blocks of which less was proven than the rule of the chain asks for, such as after an unknown fork. */
export interface Alarms {
  /** How many there were. A block that is matched again counts again. */
  readonly count: number;
  /** The last one. */
  readonly last: Alarm | null;
}

/** Why nothing is published. */
export interface Unpublished {
  /** Since when. */
  readonly since: string;
  /** Why. */
  readonly reason: string;
}

/** Questions to a provider that failed. */
export interface ProviderErrors {
  /** `limited`, `silent`, `unreachable`, `refused`, `invalid-block` or `wrong-chain`; later versions may have others. */
  readonly kind: string;
  /** How many. */
  readonly count: number;
}

/** The requests that a provider's plan allows. */
export interface ProviderBudget {
  /** Those of this day (UTC). */
  readonly callsToday: number;
  /** How many a day are allowed; null without a limit. */
  readonly callsPerDay: number | null;
}

/** What was found out about the node of a provider. */
export interface ProviderNote {
  /** What it is about, such as `call-budget`. */
  readonly topic: string;
  /** `fine`, `unknown` (it cannot be judged yet) or `wrong` (an operator should act). */
  readonly state: string;
  /** What was found out. */
  readonly sentence: string;
}

/** A provider of a chain. Its URL and keys are shown nowhere. */
export interface WatchProvider {
  /** Its name in the chains file. */
  readonly name: string;
  /** `ok`, `unverified`, `limited`, `failing`, `stuck` or `wrong-chain`; later versions may have others. */
  readonly state: string;
  /** Why, if the state is not `ok`. */
  readonly detail: string | null;
  /** The expected delay of an answer in milliseconds, failures and lag included. */
  readonly score: number;
  /** The highest block that it has shown. */
  readonly lastHead: number | null;
  /** How many questions it was asked; each takes one request or several. */
  readonly questions: number;
  /** How many of them failed, by kind. */
  readonly errors: readonly ProviderErrors[];
  /** Why its WebSocket announces nothing; null if it does, or has none. */
  readonly announcements: string | null;
  /** The requests of this day; null where they are not counted. */
  readonly budget: ProviderBudget | null;
  /** What was found out about its node. */
  readonly notes: readonly ProviderNote[];
}

/** Balances on chain that were compared with the books since the watcher's process began to lead. */
export interface Reconciliation {
  /** How many may be read in a minute; 0 turns it off. */
  readonly readsPerMinute: number;
  /** Balances that were compared. */
  readonly checked: number;
  /** Balances that the node did not say, because it does not keep the state. */
  readonly notChecked: number;
  /** How long the last sweep over all addresses took; null before the first has ended. */
  readonly sweepSeconds: number | null;
}

/** How a watcher works. Reorgs and alarms are those that the leading process has met since it began; questions and errors of providers are counted from when it began to lead. */
export interface WatchDetails {
  /** When the process began. It remembers no reorg or alarm from before. */
  readonly since: string;
  /** When the newest block was made, as its header says; null before a node's first answer. */
  readonly newestBlockAt: string | null;
  /** About how many seconds matching up to the newest block takes; null while unknown. */
  readonly secondsLeft: number | null;
  /** The rescans that have not ended. */
  readonly rescans: OpenRescans;
  /** Whether every height was scanned; null before anything is final. */
  readonly gapCheck: GapCheck | null;
  /** How many blocks could not be proven whole. */
  readonly blocksInQuarantine: number;
  /** How many of them are gaps: the chain went on over them. */
  readonly gaps: number;
  /** The reorgs. */
  readonly reorgs: Reorgs;
  /** Blocks of which less was proven than the rule of the chain asks for. */
  readonly alarms: Alarms;
  /** Why nothing is published; null while it is. */
  readonly unpublished: Unpublished | null;
  /** The providers, in the order of the chains file. */
  readonly providers: readonly WatchProvider[];
  /** How balances on chain are compared with the books; null of watchers that do not compare any. */
  readonly reconciliation: Reconciliation | null;
}

/** How a chain is watched, by the last report of its watcher. */
export interface ChainWatch {
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Its name, such as `Ethereum`; null if it is not configured here. */
  readonly name: string | null;
  /** The state of its watcher. */
  readonly state: 'unwatched' | 'catching-up' | 'following' | 'stalled' | 'paused' | 'silent';
  /** The reason for the state; null if there is none. */
  readonly detail: string | null;
  /** Whether it is stalled, or no longer reports. */
  readonly standsStill: boolean;
  /** The newest block of the node; null without a watcher. */
  readonly latest: number | null;
  /** Every block up to this one was matched; null without a watcher. */
  readonly matched: number | null;
  /** The highest irreversible block; null while unknown. */
  readonly finalized: number | null;
  /** Blocks still to match; null without a watcher. */
  readonly lag: number | null;
  /** Every address minted up to this position of the event log is watched; null while unknown. */
  readonly addressesThrough: string | null;
  /** When the watcher reported this; null without a watcher. */
  readonly observedAt: string | null;
  /** A sentence for each thing that is wrong; empty when all is well. */
  readonly problems: readonly string[];
  /** What an operator should know although nothing is stalled by it, in sentences that say what to do. */
  readonly warnings: readonly string[];
  /** The lowest blocks that could not be proven whole, at most 20. */
  readonly quarantine: readonly QuarantinedBlock[];
  /** How the watcher works; null without a watcher, or with one of an older version. */
  readonly watch: WatchDetails | null;
}

/** How the chains are watched. */
export interface ChainWatchList {
  /** Those that the chains file connects to nodes, then others that a watcher has reported. */
  readonly data: readonly ChainWatch[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** A replay or a rebuild, as far as it is recorded. Every run begins at the start of the event log. A replay that ended without keeping its tables leaves no record. */
export interface AuditRun {
  /** Of the certificate of a rebuild, or what `replay --resume` takes; null while a rebuild has not ended. */
  readonly id: string | null;
  /** What it does. */
  readonly kind: 'replay' | 'rebuild';
  /** How far it is. */
  readonly state: 'running' | 'interrupted' | 'kept' | 'swapped' | 'differs' | 'rolled-back';
  /** The read models of a rebuild that has ended. */
  readonly readModels: readonly string[];
  /** How far it has come in the event log; of a rebuild that has ended, where every row was compared. Null if the service may not read it. */
  readonly position: string | null;
  /** From here on the new tables are live; null if they are not. */
  readonly servedFrom: string | null;
  /** The state hash of the certificate; null while there is none. */
  readonly stateHash: string | null;
  /** How many rows differ from the live tables; null before the comparison. */
  readonly differences: string | null;
  /** Who requested the rebuild; null before its end. */
  readonly actor: string | null;
  /** When a rebuild that has ended was started. */
  readonly startedAt: string | null;
  /** When it ended. */
  readonly finishedAt: string | null;
}

/** The audit runs. */
export interface AuditRunList {
  /** Those whose tables exist now, then those that have ended, newest first. */
  readonly data: readonly AuditRun[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** A key of a topic whose messages wait, because one of them cannot be handled as it is. */
export interface ParkedKey {
  /** The topic, such as `daybook.transfer.v1`. */
  readonly topic: string;
  /** The consumer group, such as `ledger`. */
  readonly group: string;
  /** The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`. */
  readonly key: string;
  /** How many messages wait. */
  readonly messages: number;
  /** Since when the first of them waits. */
  readonly since: string;
  /** Why the first of them could not be handled. */
  readonly reason: string;
}

/** The parked keys. */
export interface ParkedKeyList {
  /** By topic and group, the longest first. */
  readonly data: readonly ParkedKey[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** What is tried again. */
export interface ParkedKeyRetry {
  /** The topic, such as `daybook.transfer.v1`. */
  readonly topic: string;
  /** The consumer group, such as `ledger`. */
  readonly group: string;
  /** The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`. */
  readonly key: string;
}

/** A person or script that runs Daybook. */
export interface Operator {
  /** Id of the operator. */
  readonly id: string;
  /** The name of the operator. */
  readonly name: string;
}

/** The operators. */
export interface OperatorList {
  /** In the order of their names. */
  readonly data: readonly Operator[];
  /** Null: the list is complete. */
  readonly nextCursor: string | null;
}

/** The record of what left a purse. */
export interface Outflow {
  /** Id of the outflow. */
  readonly id: string;
  /** Id of the customer who owns the purse. */
  readonly customerId: string;
  /** Id of the purse. */
  readonly purseId: string;
  /** What it is. */
  readonly use: 'sweep' | 'internal' | 'network-fee' | 'unplanned';
  /** The status. */
  readonly status: 'detected' | 'booked' | 'reverted' | 'rejected';
  /** The amount that the chain shows. */
  readonly money: Money;
  /** How much of the amount arrived at the purse again in the same transaction: it counts less by this. Null when nothing did. */
  readonly netted: Money | null;
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Hash of the transaction. */
  readonly txHash: string;
  /** The movement within its transaction: `<kind>:<number>`, such as `log:0`; `fee:0` is its fee. */
  readonly ordinal: string;
  /** Address of the purse. */
  readonly from: string;
  /** Address of the receiver; null for a fee. */
  readonly to: string | null;
  /** Null while no block includes it. */
  readonly block: Block | null;
  /** Why it moved nothing; else null. */
  readonly reason: string | null;
  /** The finality policy that was applied, such as `depth:12`; null before. */
  readonly finality: string | null;
  /** When it was first recorded. */
  readonly createdAt: string;
  /** When it last changed. */
  readonly updatedAt: string;
  /** The position of its last event. */
  readonly position: string;
}

/** A page of outflows. */
export interface OutflowList {
  /** From the newest to the oldest. */
  readonly data: readonly Outflow[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** The block that includes a transaction. */
export interface TransactionBlock {
  /** Its height. */
  readonly number: number;
  /** Its hash; null while its content is not proven. */
  readonly hash: string | null;
  /** The time in its header; null while its content is not proven. */
  readonly time: string | null;
}

/** One movement of one asset within a transaction. */
export interface Movement {
  /** The movement within the transaction: `<kind>:<number>`, such as `log:0`. */
  readonly ordinal: string;
  /** How it concerns you; null if neither address is a purse of yours. */
  readonly direction: 'in' | 'out' | 'internal' | null;
  /** What was moved. */
  readonly money: Money;
  /** Address of the sender. */
  readonly from: string;
  /** Address of the recipient. */
  readonly to: string;
  /** Id of your purse that receives it; null if there is none. */
  readonly purseId: string | null;
  /** Id of your purse that it leaves; null if there is none. */
  readonly fromPurseId: string | null;
  /** Id of the replenishment; null while there is none. */
  readonly replenishmentId: string | null;
  /** Its status; null while there is none. */
  readonly replenishmentStatus: 'seen' | 'detected' | 'screening' | 'confirmed' | 'declined' | 'reverted' | 'dropped' | 'rejected' | 'voided' | 'held' | null;
  /** Why it is no replenishment, such as `not-yours`, or the reason that the replenishment has; null if it has none. */
  readonly reason: string | null;
  /** The reason in a sentence; null without a reason. */
  readonly detail: string | null;
  /** How many confirmations it has, and how many its asset needs; null while no block includes it. */
  readonly confirmations: Confirmations | null;
}

/** A transaction as its chain shows it, and what became of each movement. */
export interface Transaction {
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** Its hash, in the form that the chain's family has. */
  readonly hash: string;
  /** What the chain shows. */
  readonly status: 'included' | 'failed' | 'pending' | 'unknown' | 'unanswered';
  /** More about the status; null if there is nothing to say. */
  readonly detail: string | null;
  /** The block that includes it; null while none does. */
  readonly block: TransactionBlock | null;
  /** How many confirmations it has, and how many the chain asks for; null while no block includes it. */
  readonly confirmations: Confirmations | null;
  /** Every movement in it, in the order of the chain. */
  readonly movements: readonly Movement[];
  /** How many more it has than are listed: after the first thousand. */
  readonly movementsLeft: number;
  /** After how many seconds a complete answer may be had; null if this one is complete. Over REST such an answer has the status 202. */
  readonly retryAfterSeconds: number | null;
}

/** A request to match the block of a transaction again. */
export interface TransactionRescan {
  /** Id of the rescan. */
  readonly id: string;
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** The hash of the transaction. */
  readonly hash: string;
  /** Its progress. */
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
}

/** A request of an operator to the watcher of a chain, and its progress. */
export interface WatchRequest {
  /** Id of the watch request. */
  readonly id: string;
  /** CAIP-2 id of the chain, such as `eip155:1`. */
  readonly chain: string;
  /** What was requested. */
  readonly kind: 'rescan' | 'reset-ring' | 'report-again' | 'ask-block' | 'accept-block' | 'skip-block' | 'pause' | 'resume';
  /** Its progress. One that is cancelled too late becomes `done`. */
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  /** The first block; null until the watcher has found it. */
  readonly fromBlock: number | null;
  /** The last block; null until the watcher has found it. */
  readonly toBlock: number | null;
  /** Null while unknown. */
  readonly blocksLeft: number | null;
  /** Transfers to our addresses in the blocks that were matched so far. */
  readonly found: number;
  /** New versions of transfers that it led to: found, or taken back by a reset. */
  readonly versions: number;
  /** Why the watcher refused it; null if it did not. */
  readonly refusal: string | null;
  /** Why it was requested. */
  readonly reason: string;
  /** The operator who requested it. */
  readonly requestedBy: string;
  /** When it was requested. */
  readonly requestedAt: string;
  /** When it ended; null while it is open. */
  readonly endedAt: string | null;
  /** When its watcher last reported on it; null while no watcher has taken it. */
  readonly reportedAt: string | null;
  /** The transaction whose block is matched again; null if blocks were named. */
  readonly transaction: string | null;
}

/** A page of requests. */
export interface WatchRequestList {
  /** Newest first. */
  readonly data: readonly WatchRequest[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** The answer of each method: its resource, its list, or a part of its stream. */
export interface Answers {
  readonly 'AccountService/ListAccounts': AccountList;
  readonly 'AccountService/ChangeAccountPolicy': Account;
  readonly 'AccountService/ListApiKeys': ApiKeyList;
  readonly 'AccountService/IssueApiKey': IssuedApiKey;
  readonly 'AccountService/RevokeApiKey': ApiKey;
  readonly 'FindingService/GetFinding': Finding;
  readonly 'FindingService/ListFindings': FindingList;
  readonly 'PurseService/MintPurse': Purse;
  readonly 'PurseService/ArchivePurse': Purse;
  readonly 'PurseService/RestorePurse': Purse;
  readonly 'PurseService/GetPurse': Purse;
  readonly 'PurseService/ListPurses': PurseList;
  readonly 'PurseService/ListCustomerPurses': PurseList;
  readonly 'ReplenishmentService/GetReplenishment': Replenishment;
  readonly 'ReplenishmentService/ListReplenishments': ReplenishmentList;
  readonly 'CorrectionService/VoidReplenishment': Replenishment;
  readonly 'CorrectionService/CreditReplenishment': Replenishment;
  readonly 'CorrectionService/AssignAddress': Purse;
  readonly 'CorrectionService/ConfirmOwner': Purse;
  readonly 'CorrectionService/GetAnyFinding': Finding;
  readonly 'CorrectionService/ListAllFindings': FindingList;
  readonly 'CorrectionService/ResolveFinding': Finding;
  readonly 'CorrectionService/ListNegativeClaims': NegativeClaimList;
  readonly 'CustomerService/CreateCustomer': CreatedCustomer;
  readonly 'CustomerService/GetCustomer': Customer;
  readonly 'CustomerService/ListCustomers': CustomerList;
  readonly 'CustomerService/UpdateCustomer': Customer;
  readonly 'CustomerService/BlockCustomer': Customer;
  readonly 'CustomerService/UnblockCustomer': Customer;
  readonly 'CustomerService/EraseCustomer': Customer;
  readonly 'EventService/ListEvents': EventList;
  readonly 'EventService/Tail': TailResponse;
  readonly 'EventService/Replay': ReplayResponse;
  readonly 'FiguresService/GetCustomerBalances': BalanceList;
  readonly 'FiguresService/GetCustomerThroughput': ThroughputList;
  readonly 'FiguresService/GetPurseBalances': BalanceList;
  readonly 'FiguresService/GetPurseThroughput': ThroughputList;
  readonly 'RegistryService/ListChains': ChainList;
  readonly 'RegistryService/ListAssets': AssetList;
  readonly 'OperationsService/GetStatus': Status;
  readonly 'OperationsService/ListChainWatches': ChainWatchList;
  readonly 'OperationsService/ListAuditRuns': AuditRunList;
  readonly 'OperationsService/ListParkedKeys': ParkedKeyList;
  readonly 'OperationsService/RetryParkedKey': ParkedKeyRetry;
  readonly 'OperatorService/ListOperators': OperatorList;
  readonly 'OperatorService/AddOperator': Operator;
  readonly 'OperatorService/ListOperatorKeys': ApiKeyList;
  readonly 'OperatorService/IssueOperatorKey': IssuedApiKey;
  readonly 'OperatorService/RevokeOperatorKey': ApiKey;
  readonly 'OutflowService/ListPurseOutflows': OutflowList;
  readonly 'TransactionService/GetTransaction': Transaction;
  readonly 'TransactionService/RescanTransaction': TransactionRescan;
  readonly 'WatchRequestService/RequestWatch': WatchRequest;
  readonly 'WatchRequestService/ListWatchRequests': WatchRequestList;
  readonly 'WatchRequestService/GetWatchRequest': WatchRequest;
  readonly 'WatchRequestService/CancelWatchRequest': WatchRequest;
}

interface Documented {
  readonly summary: string;
  readonly description?: string;
  /** The name of the schema of its answer. */
  readonly answer: string;
  /** The documentation of the fields of its request. */
  readonly fields: Readonly<Record<string, { description: string; example?: unknown }>>;
}

export const OPERATIONS: Readonly<Record<keyof Answers, Documented>> = {
  "AccountService/ListAccounts": {
    "summary": "List accounts",
    "answer": "AccountList",
    "fields": {
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "AccountService/ChangeAccountPolicy": {
    "summary": "Change after how many days the purses of an account expire",
    "description": "A purse expires when its period ends without a confirmed receipt. It is archived and stays watched, and what arrives later goes to suspense until it is restored. Nothing expires while a deposit may be under way: while a replenishment of the purse is open or a transfer to it is parked, while the ledger has not recorded every transfer that was reported, and while a chain of the purse's family is behind or has not been reported for 5 minutes. The chains are those in the ledger's chains file and those that a watcher ever reported. Nothing expires either while the clocks of database and ledger differ by a minute or more. A purse that is held is checked again after an hour; `GetStatus` shows the reason.",
    "answer": "AccountAnswer",
    "fields": {
      "accountId": {
        "description": "Id of the account."
      },
      "purseUnusedDays": {
        "description": "Days after which a purse without any confirmed receipt expires, 1 to 3650; absent for never."
      },
      "purseIdleDays": {
        "description": "Days after the last confirmed receipt after which a purse expires, 1 to 3650; absent for never."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "AccountService/ListApiKeys": {
    "summary": "List API keys of an account",
    "answer": "ApiKeyList",
    "fields": {
      "accountId": {
        "description": "Id of the account."
      }
    }
  },
  "AccountService/IssueApiKey": {
    "summary": "Issue an API key of an account",
    "answer": "IssuedApiKeyAnswer",
    "fields": {
      "accountId": {
        "description": "Id of the account."
      },
      "scopes": {
        "description": "What the key may do. `read` and `write` include every scope with that ending."
      },
      "name": {
        "description": "A name for its owner, such as `reports`: up to 100 characters.",
        "example": "reports"
      },
      "expiresAt": {
        "description": "The key is not valid from this time on. Without it, the key does not expire."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "AccountService/RevokeApiKey": {
    "summary": "Revoke an API key of an account, for ever",
    "answer": "ApiKeyAnswer",
    "fields": {
      "accountId": {
        "description": "Id of the account."
      },
      "keyId": {
        "description": "The public part of the key: what is between the underscores."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "FindingService/GetFinding": {
    "summary": "Get a finding about a purse of the account",
    "answer": "Finding",
    "fields": {
      "findingId": {
        "description": "Id of the finding."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "FindingService/ListFindings": {
    "summary": "List the findings about purses of the account",
    "answer": "FindingList",
    "fields": {
      "status": {
        "description": "Only open or only closed ones."
      },
      "kind": {
        "description": "Only those of this kind."
      },
      "purseId": {
        "description": "Only those about this purse."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "PurseService/MintPurse": {
    "summary": "Mint a purse for a customer, or return the one that exists",
    "description": "An address never changes.",
    "answer": "PurseAnswer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "family": {
        "description": "The address family, such as `evm`. One purse takes every registered asset of its family.",
        "example": "evm"
      },
      "currency": {
        "description": "A currency of the registry, such as `USDT_ETH`, instead of the family.",
        "example": "USDT_ETH"
      },
      "outsideOrderId": {
        "description": "Your own order id, up to 128 characters. Every replenishment of the purse has it."
      }
    }
  },
  "PurseService/ArchivePurse": {
    "summary": "Take a purse out of use; what still arrives is held in suspense",
    "description": "The address is still watched for ever.",
    "answer": "PurseAnswer",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "PurseService/RestorePurse": {
    "summary": "Put an archived purse back into use",
    "description": "What is held in suspense stays there.",
    "answer": "PurseAnswer",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "PurseService/GetPurse": {
    "summary": "Get a purse",
    "answer": "Purse",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "asOf": {
        "description": "Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`."
      }
    }
  },
  "PurseService/ListPurses": {
    "summary": "List purses",
    "answer": "PurseList",
    "fields": {
      "address": {
        "description": "Only the purse with this address, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`, in any letter case that its checksum allows.",
        "example": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
      },
      "customerId": {
        "description": "Only purses of this customer."
      },
      "status": {
        "description": "Only purses with this status."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "PurseService/ListCustomerPurses": {
    "summary": "List purses of a customer",
    "description": "The customer must exist.",
    "answer": "PurseList",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "ReplenishmentService/GetReplenishment": {
    "summary": "Get a replenishment",
    "answer": "Replenishment",
    "fields": {
      "replenishmentId": {
        "description": "Id of the replenishment."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "ReplenishmentService/ListReplenishments": {
    "summary": "List replenishments",
    "answer": "ReplenishmentList",
    "fields": {
      "customerId": {
        "description": "Only those of this customer."
      },
      "purseId": {
        "description": "Only those to this purse."
      },
      "status": {
        "description": "Only those with this status or transaction state."
      },
      "asset": {
        "description": "Only those of this asset: its CAIP-19 id, or its currency code, such as `USDT_ETH`.",
        "example": "USDT_ETH"
      },
      "from": {
        "description": "Only those first recorded at or after this time."
      },
      "to": {
        "description": "Only those first recorded before this time."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "CorrectionService/VoidReplenishment": {
    "summary": "Void a replenishment: take its credit back",
    "answer": "ReplenishmentAnswer",
    "fields": {
      "replenishmentId": {
        "description": "Id of the replenishment."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "reference": {
        "description": "Your own name for the act, 1 to 128 characters, such as `case-1742`. A repeat with the same reference changes nothing.",
        "example": "case-1742"
      }
    }
  },
  "CorrectionService/CreditReplenishment": {
    "summary": "Credit a voided replenishment again, or one that is held",
    "answer": "ReplenishmentAnswer",
    "fields": {
      "replenishmentId": {
        "description": "Id of the replenishment."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "reference": {
        "description": "Your own name for the act, 1 to 128 characters, such as `case-1743`. A repeat with the same reference changes nothing.",
        "example": "case-1743"
      }
    }
  },
  "CorrectionService/AssignAddress": {
    "summary": "Give a purse an address of its own that was given the address of another one",
    "answer": "PurseAnswer",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "reference": {
        "description": "Your own name for the act, 1 to 128 characters, such as `case-1744`. A repeat with the same reference changes nothing.",
        "example": "case-1744"
      }
    }
  },
  "CorrectionService/ConfirmOwner": {
    "summary": "Confirm that a purse of which the event log lost the owner belongs to its customer",
    "answer": "PurseAnswer",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "reference": {
        "description": "Your own name for the act, 1 to 128 characters, such as `case-1745`. A repeat with the same reference changes nothing.",
        "example": "case-1745"
      }
    }
  },
  "CorrectionService/GetAnyFinding": {
    "summary": "Get a finding of any account",
    "answer": "Finding",
    "fields": {
      "findingId": {
        "description": "Id of the finding."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "CorrectionService/ListAllFindings": {
    "summary": "List the findings of all accounts",
    "answer": "FindingList",
    "fields": {
      "accountId": {
        "description": "Only those of this account."
      },
      "status": {
        "description": "Only open or only closed ones."
      },
      "kind": {
        "description": "Only those of this kind."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "CorrectionService/ResolveFinding": {
    "summary": "Resolve a finding, or have its blocks matched again",
    "answer": "FindingAnswer",
    "fields": {
      "findingId": {
        "description": "Id of the finding."
      },
      "resolution": {
        "description": "What to do: `credit` books the difference, `note` leaves it as it is, `rescan` has its blocks matched again."
      },
      "creditTo": {
        "description": "The claim that a credit is for, or from when the difference is negative. Required for `credit`."
      },
      "difference": {
        "description": "The difference in base units that you have seen, such as `-1500000`. Required for `credit`: another one by now is refused.",
        "example": "-1500000"
      },
      "fromBlock": {
        "description": "The first block to match again, if the finding does not say it or others are meant, such as `19000000`.",
        "example": "19000000"
      },
      "toBlock": {
        "description": "The last block to match again, such as `19000500`.",
        "example": "19000500"
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "reference": {
        "description": "Your own name for the act, 1 to 128 characters, such as `case-1742`. A repeat with the same reference changes nothing.",
        "example": "case-1742"
      }
    }
  },
  "CorrectionService/ListNegativeClaims": {
    "summary": "List the claims below zero, until they are covered",
    "answer": "NegativeClaimList",
    "fields": {
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "CustomerService/CreateCustomer": {
    "summary": "Create a customer, or return the one with this external id",
    "description": "Also mints the requested purses.",
    "answer": "CreatedCustomerAnswer",
    "fields": {
      "externalId": {
        "description": "Your own id of the customer, such as `user-42`: 1 to 255 characters without control characters.",
        "example": "user-42"
      },
      "description": {
        "description": "Free text for your own use, up to 500 characters. Absent: stays as it is if the customer exists."
      },
      "families": {
        "description": "The families to mint purses of in the same call, each once."
      },
      "email": {
        "description": "E-mail address of up to 254 characters, such as `ann@example.com`. Absent: stays as it is.",
        "example": "ann@example.com"
      },
      "firstName": {
        "description": "First name of up to 100 characters. Absent: stays as it is."
      },
      "lastName": {
        "description": "Last name of up to 100 characters. Absent: stays as it is."
      },
      "phone": {
        "description": "Telephone number of up to 32 characters, such as `+41 79 123 45 67`. Absent: stays as it is.",
        "example": "+41 79 123 45 67"
      },
      "metadata": {
        "description": "A JSON object of at most 20 texts of up to 500 characters, under names of up to 40 letters, digits and the characters `_.-`. Absent: stays as it is."
      }
    }
  },
  "CustomerService/GetCustomer": {
    "summary": "Get a customer",
    "answer": "Customer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "CustomerService/ListCustomers": {
    "summary": "List customers",
    "answer": "CustomerList",
    "fields": {
      "externalId": {
        "description": "Only the customer with this external id."
      },
      "status": {
        "description": "Only customers with this status."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "email": {
        "description": "Only customers with this e-mail address, whatever its case."
      },
      "from": {
        "description": "Only customers created at or after this time."
      },
      "to": {
        "description": "Only customers created before this time."
      }
    }
  },
  "CustomerService/UpdateCustomer": {
    "summary": "Change what you say of a customer",
    "description": "What the request does not name stays as it is.",
    "answer": "CustomerAnswer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "description": {
        "description": "The new description, or its removal (null over REST). Neither: stays as it is."
      },
      "email": {
        "description": "E-mail address of up to 254 characters, such as `ann@example.com`. Absent: stays as it is.",
        "example": "ann@example.com"
      },
      "firstName": {
        "description": "First name of up to 100 characters. Absent: stays as it is."
      },
      "lastName": {
        "description": "Last name of up to 100 characters. Absent: stays as it is."
      },
      "phone": {
        "description": "Telephone number of up to 32 characters, such as `+41 79 123 45 67`. Absent: stays as it is.",
        "example": "+41 79 123 45 67"
      },
      "metadata": {
        "description": "A JSON object of at most 20 texts of up to 500 characters, under names of up to 40 letters, digits and the characters `_.-`. Absent: stays as it is."
      }
    }
  },
  "CustomerService/BlockCustomer": {
    "summary": "Block a customer: from now on receipts are credited to the account",
    "description": "The addresses stay active.",
    "answer": "CustomerAnswer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "CustomerService/UnblockCustomer": {
    "summary": "Unblock a customer: from now on receipts are credited to the customer again",
    "answer": "CustomerAnswer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "CustomerService/EraseCustomer": {
    "summary": "Erase the personal data of a customer for ever",
    "description": "Its purses stay watched, and what arrives there is held. The same external id makes a new customer.",
    "answer": "CustomerAnswer",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence, so it must have no personal data in it."
      }
    }
  },
  "EventService/ListEvents": {
    "summary": "List events of the account, in the order of the log",
    "answer": "EventList",
    "fields": {
      "after": {
        "description": "Only events after this position; all events by default. A position beyond the end of the event log is refused with `position-not-in-log`."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "log": {
        "description": "Log and epoch of `after`, as a page had them. Others are refused with `epoch-ended`."
      }
    }
  },
  "EventService/Tail": {
    "summary": "Stream events after a position, and new ones as they are recorded",
    "description": "The stream has no end. The service ends it with `server-stopping` when it stops, and with `unauthenticated` when the key is revoked.",
    "answer": "TailResponse",
    "fields": {
      "after": {
        "description": "Only events after this position; all events by default. A position beyond the end of the event log is refused with `position-not-in-log`."
      },
      "subjectKinds": {
        "description": "Kinds of subjects: `customer`, `purse`, `replenishment`. `LogEpochBegun` comes in any case."
      },
      "types": {
        "description": "Types, such as `ReplenishmentConfirmed`.",
        "example": [
          "ReplenishmentConfirmed"
        ]
      },
      "log": {
        "description": "Log and epoch of `after`, as a message had them. Others are refused with `epoch-ended`."
      }
    }
  },
  "EventService/Replay": {
    "summary": "Stream the events between two positions",
    "description": "The last message is `complete`.",
    "answer": "ReplayResponse",
    "fields": {
      "after": {
        "description": "Only events after this position; all events by default."
      },
      "until": {
        "description": "Only events up to this position; by default, up to the current end of the event log. A position beyond the end is refused with `position-not-in-log`."
      },
      "subjectKinds": {
        "description": "Kinds of subjects: `customer`, `purse`, `replenishment`. `LogEpochBegun` comes in any case."
      },
      "types": {
        "description": "Types, such as `ReplenishmentConfirmed`.",
        "example": [
          "ReplenishmentConfirmed"
        ]
      },
      "log": {
        "description": "Log and epoch of `after`, as a message had them. Others are refused with `epoch-ended`."
      }
    }
  },
  "FiguresService/GetCustomerBalances": {
    "summary": "List balances of a customer",
    "answer": "BalanceList",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "asOf": {
        "description": "Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`."
      }
    }
  },
  "FiguresService/GetCustomerThroughput": {
    "summary": "List what a customer has ever received",
    "answer": "ThroughputList",
    "fields": {
      "customerId": {
        "description": "Id of the customer."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "asOf": {
        "description": "Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`."
      }
    }
  },
  "FiguresService/GetPurseBalances": {
    "summary": "List balances of a purse",
    "answer": "BalanceList",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "asOf": {
        "description": "Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`."
      }
    }
  },
  "FiguresService/GetPurseThroughput": {
    "summary": "List what a purse has ever received",
    "answer": "ThroughputList",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      },
      "asOf": {
        "description": "Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`."
      }
    }
  },
  "RegistryService/ListChains": {
    "summary": "List chains: what is watched, and how far",
    "answer": "ChainList",
    "fields": {
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "RegistryService/ListAssets": {
    "summary": "List assets that are credited",
    "answer": "AssetList",
    "fields": {
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "OperationsService/GetStatus": {
    "summary": "Get the state of engines, followers, consumers, chains, reactions and books",
    "answer": "Status",
    "fields": {}
  },
  "OperationsService/ListChainWatches": {
    "summary": "List how each chain is watched: providers, reorgs, quarantine, gaps, and what to do where something is wrong",
    "answer": "ChainWatchList",
    "fields": {
      "chain": {
        "description": "Only this chain."
      }
    }
  },
  "OperationsService/ListAuditRuns": {
    "summary": "List audit runs: the replays and rebuilds whose tables exist now, then the last 100 rebuilds that ended",
    "answer": "AuditRunList",
    "fields": {}
  },
  "OperationsService/ListParkedKeys": {
    "summary": "List parked keys",
    "description": "Messages of such a key wait because one of them cannot be handled.",
    "answer": "ParkedKeyList",
    "fields": {}
  },
  "OperationsService/RetryParkedKey": {
    "summary": "Try the messages of a parked key again",
    "description": "The consumer group does so in order.",
    "answer": "ParkedKeyRetryAnswer",
    "fields": {
      "topic": {
        "description": "The topic, such as `daybook.transfer.v1`.",
        "example": "daybook.transfer.v1"
      },
      "group": {
        "description": "The consumer group, such as `ledger`.",
        "example": "ledger"
      },
      "key": {
        "description": "The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.",
        "example": "eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d"
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "OperatorService/ListOperators": {
    "summary": "List operators",
    "answer": "OperatorList",
    "fields": {
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "OperatorService/AddOperator": {
    "summary": "Add an operator, or return the one with this name",
    "answer": "OperatorAnswer",
    "fields": {
      "name": {
        "description": "The name of the operator, such as `Night shift`: 1 to 100 characters. It never changes.",
        "example": "Night shift"
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "OperatorService/ListOperatorKeys": {
    "summary": "List keys of an operator",
    "answer": "ApiKeyList",
    "fields": {
      "operatorId": {
        "description": "Id of the operator."
      }
    }
  },
  "OperatorService/IssueOperatorKey": {
    "summary": "Issue a key of an operator",
    "answer": "IssuedApiKeyAnswer",
    "fields": {
      "operatorId": {
        "description": "Id of the operator."
      },
      "scopes": {
        "description": "What the key may do. `read` and `write` include every scope with that ending."
      },
      "name": {
        "description": "A name for its owner, such as `reports`: up to 100 characters.",
        "example": "reports"
      },
      "expiresAt": {
        "description": "The key is not valid from this time on. Without it, the key does not expire."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "OperatorService/RevokeOperatorKey": {
    "summary": "Revoke a key of an operator, for ever",
    "answer": "ApiKeyAnswer",
    "fields": {
      "operatorId": {
        "description": "Id of the operator."
      },
      "keyId": {
        "description": "The public part of the key: what is between the underscores."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  },
  "OutflowService/ListPurseOutflows": {
    "summary": "List what left a purse: sweeps, movements to other purses of the account, network fees, and what nobody planned",
    "answer": "OutflowList",
    "fields": {
      "purseId": {
        "description": "Id of the purse."
      },
      "use": {
        "description": "Only those of this use."
      },
      "status": {
        "description": "Only those with this status."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "TransactionService/GetTransaction": {
    "summary": "Look up a transaction",
    "description": "The answer takes up to 5 seconds; `retryAfterSeconds` is set if the chain was not heard by then.",
    "answer": "Transaction",
    "fields": {
      "chain": {
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "hash": {
        "description": "Its hash: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON."
      }
    }
  },
  "TransactionService/RescanTransaction": {
    "summary": "Match the block of a transaction again",
    "description": "The answer does not wait for the end; a repeat within ten minutes answers with the same rescan.",
    "answer": "TransactionRescanAnswer",
    "fields": {
      "chain": {
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "hash": {
        "description": "Its hash: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence, and the operators of Daybook see it."
      }
    }
  },
  "WatchRequestService/RequestWatch": {
    "summary": "Request a rescan, a ring reset or a pause of a chain, or resolve a block in quarantine",
    "description": "The answer does not wait for the watcher.",
    "answer": "WatchRequestAnswer",
    "fields": {
      "chain": {
        "description": "CAIP-2 id of the chain, such as `eip155:1`; may be omitted if only one is watched.",
        "example": "eip155:1"
      },
      "kind": {
        "description": "`rescan` matches blocks again; `report-again` also reports every transfer in them once more, for a ledger that lost reports. `reset-ring` takes over the node's chain after a reorg deeper than the watcher remembers. `ask-block`, `accept-block` and `skip-block` resolve a block in quarantine. `pause` stops the watch until `resume`; both take effect for the whole chain."
      },
      "fromBlock": {
        "description": "The first block, such as `19000000`, or the block in quarantine. A reset may leave it to the watcher.",
        "example": "19000000"
      },
      "toBlock": {
        "description": "The last block of a rescan, such as `19000500`; by default, the last matched block.",
        "example": "19000500"
      },
      "blocksMax": {
        "description": "How many blocks may be matched at most, such as `500`; 10000 by default.",
        "example": "500"
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      },
      "transaction": {
        "description": "The hash of a transaction, to rescan the block that includes it in place of `fromBlock`: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON."
      }
    }
  },
  "WatchRequestService/ListWatchRequests": {
    "summary": "List watch requests",
    "answer": "WatchRequestList",
    "fields": {
      "chain": {
        "description": "Only requests for this chain."
      },
      "limit": {
        "description": "How many entries at most; 25 by default. A value above 100 counts as 100."
      },
      "cursor": {
        "description": "The `nextCursor` of the page before, with the same filters."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "WatchRequestService/GetWatchRequest": {
    "summary": "Get a watch request",
    "answer": "WatchRequest",
    "fields": {
      "watchRequestId": {
        "description": "Id of the watch request."
      },
      "minPosition": {
        "description": "Wait, up to 5 seconds, until everything up to this position is visible."
      }
    }
  },
  "WatchRequestService/CancelWatchRequest": {
    "summary": "Cancel a watch request; what it found stays found",
    "answer": "WatchRequestAnswer",
    "fields": {
      "watchRequestId": {
        "description": "Id of the watch request."
      },
      "reason": {
        "description": "The reason, 1 to 500 characters; it is kept as evidence."
      }
    }
  }
};

/** The words of each enum by the names of its values. The unspecified value has none. */
export const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "KeyStatus": {
    "KEY_STATUS_ACTIVE": "active",
    "KEY_STATUS_EXPIRED": "expired",
    "KEY_STATUS_REVOKED": "revoked"
  },
  "FindingKind": {
    "FINDING_KIND_UNEXPLAINED": "unexplained",
    "FINDING_KIND_UNPLANNED_OUTFLOW": "unplanned-outflow",
    "FINDING_KIND_UNREADABLE": "unreadable"
  },
  "FindingStatus": {
    "FINDING_STATUS_OPEN": "open",
    "FINDING_STATUS_CLOSED": "closed"
  },
  "FindingEnd": {
    "FINDING_END_EXPLAINED": "explained",
    "FINDING_END_CREDITED": "credited",
    "FINDING_END_NOTED": "noted"
  },
  "FindingClaimant": {
    "FINDING_CLAIMANT_CUSTOMER": "customer",
    "FINDING_CLAIMANT_ACCOUNT": "account"
  },
  "Family": {
    "FAMILY_EVM": "evm",
    "FAMILY_TRON": "tron"
  },
  "PurseStatus": {
    "PURSE_STATUS_PENDING_PAYMENT": "PENDING_PAYMENT",
    "PURSE_STATUS_ARCHIVED": "ARCHIVED",
    "PURSE_STATUS_DECLINED": "DECLINED",
    "PURSE_STATUS_NO_OWNER": "NO_OWNER"
  },
  "ReplenishmentStatus": {
    "REPLENISHMENT_STATUS_SEEN": "seen",
    "REPLENISHMENT_STATUS_DETECTED": "detected",
    "REPLENISHMENT_STATUS_SCREENING": "screening",
    "REPLENISHMENT_STATUS_CONFIRMED": "confirmed",
    "REPLENISHMENT_STATUS_DECLINED": "declined",
    "REPLENISHMENT_STATUS_REVERTED": "reverted",
    "REPLENISHMENT_STATUS_DROPPED": "dropped",
    "REPLENISHMENT_STATUS_REJECTED": "rejected",
    "REPLENISHMENT_STATUS_VOIDED": "voided",
    "REPLENISHMENT_STATUS_HELD": "held"
  },
  "TransactionState": {
    "TRANSACTION_STATE_MEM_POOL_FOUND": "MEM_POOL_FOUND",
    "TRANSACTION_STATE_PENDING_COMPLIANCE_CHECK": "PENDING_COMPLIANCE_CHECK",
    "TRANSACTION_STATE_CONFIRMED": "CONFIRMED",
    "TRANSACTION_STATE_DECLINED": "DECLINED",
    "TRANSACTION_STATE_REVERTED": "REVERTED",
    "TRANSACTION_STATE_DROPPED": "DROPPED",
    "TRANSACTION_STATE_REJECTED": "REJECTED",
    "TRANSACTION_STATE_VOIDED": "VOIDED",
    "TRANSACTION_STATE_HELD": "HELD"
  },
  "ComplianceState": {
    "COMPLIANCE_STATE_UNCHECKED": "UNCHECKED",
    "COMPLIANCE_STATE_IN_PROGRESS": "IN_PROGRESS",
    "COMPLIANCE_STATE_CHECKED": "CHECKED",
    "COMPLIANCE_STATE_DECLINE": "DECLINE"
  },
  "CreditedTo": {
    "CREDITED_TO_CUSTOMER": "customer",
    "CREDITED_TO_ACCOUNT": "account",
    "CREDITED_TO_SUSPENSE": "suspense"
  },
  "FindingResolution": {
    "FINDING_RESOLUTION_CREDIT": "credit",
    "FINDING_RESOLUTION_NOTE": "note",
    "FINDING_RESOLUTION_RESCAN": "rescan"
  },
  "CustomerStatus": {
    "CUSTOMER_STATUS_ACTIVE": "ACTIVE",
    "CUSTOMER_STATUS_BLOCKED": "BLOCKED",
    "CUSTOMER_STATUS_ERASED": "ERASED"
  },
  "ChainState": {
    "CHAIN_STATE_UNWATCHED": "unwatched",
    "CHAIN_STATE_CATCHING_UP": "catching-up",
    "CHAIN_STATE_FOLLOWING": "following",
    "CHAIN_STATE_STALLED": "stalled",
    "CHAIN_STATE_PAUSED": "paused",
    "CHAIN_STATE_SILENT": "silent"
  },
  "StatusState": {
    "STATUS_STATE_OK": "ok",
    "STATUS_STATE_STANDING_STILL": "standing-still",
    "STATUS_STATE_UNREACHABLE": "unreachable"
  },
  "EngineKind": {
    "ENGINE_KIND_POSTGRESQL": "postgresql",
    "ENGINE_KIND_EVENTSTOREDB": "eventstoredb",
    "ENGINE_KIND_KAFKA": "kafka"
  },
  "AuditRunKind": {
    "AUDIT_RUN_KIND_REPLAY": "replay",
    "AUDIT_RUN_KIND_REBUILD": "rebuild"
  },
  "AuditRunState": {
    "AUDIT_RUN_STATE_RUNNING": "running",
    "AUDIT_RUN_STATE_INTERRUPTED": "interrupted",
    "AUDIT_RUN_STATE_KEPT": "kept",
    "AUDIT_RUN_STATE_SWAPPED": "swapped",
    "AUDIT_RUN_STATE_DIFFERS": "differs",
    "AUDIT_RUN_STATE_ROLLED_BACK": "rolled-back"
  },
  "OutflowUse": {
    "OUTFLOW_USE_SWEEP": "sweep",
    "OUTFLOW_USE_INTERNAL": "internal",
    "OUTFLOW_USE_NETWORK_FEE": "network-fee",
    "OUTFLOW_USE_UNPLANNED": "unplanned"
  },
  "OutflowStatus": {
    "OUTFLOW_STATUS_DETECTED": "detected",
    "OUTFLOW_STATUS_BOOKED": "booked",
    "OUTFLOW_STATUS_REVERTED": "reverted",
    "OUTFLOW_STATUS_REJECTED": "rejected"
  },
  "TransactionStatus": {
    "TRANSACTION_STATUS_INCLUDED": "included",
    "TRANSACTION_STATUS_FAILED": "failed",
    "TRANSACTION_STATUS_PENDING": "pending",
    "TRANSACTION_STATUS_UNKNOWN": "unknown",
    "TRANSACTION_STATUS_UNANSWERED": "unanswered"
  },
  "MovementDirection": {
    "MOVEMENT_DIRECTION_IN": "in",
    "MOVEMENT_DIRECTION_OUT": "out",
    "MOVEMENT_DIRECTION_INTERNAL": "internal"
  },
  "TransactionRescanState": {
    "TRANSACTION_RESCAN_STATE_WAITING": "waiting",
    "TRANSACTION_RESCAN_STATE_RUNNING": "running",
    "TRANSACTION_RESCAN_STATE_DONE": "done",
    "TRANSACTION_RESCAN_STATE_REFUSED": "refused",
    "TRANSACTION_RESCAN_STATE_CANCELLED": "cancelled"
  },
  "WatchRequestKind": {
    "WATCH_REQUEST_KIND_RESCAN": "rescan",
    "WATCH_REQUEST_KIND_RESET_RING": "reset-ring",
    "WATCH_REQUEST_KIND_REPORT_AGAIN": "report-again",
    "WATCH_REQUEST_KIND_ASK_BLOCK": "ask-block",
    "WATCH_REQUEST_KIND_ACCEPT_BLOCK": "accept-block",
    "WATCH_REQUEST_KIND_SKIP_BLOCK": "skip-block",
    "WATCH_REQUEST_KIND_PAUSE": "pause",
    "WATCH_REQUEST_KIND_RESUME": "resume"
  },
  "WatchRequestState": {
    "WATCH_REQUEST_STATE_WAITING": "waiting",
    "WATCH_REQUEST_STATE_RUNNING": "running",
    "WATCH_REQUEST_STATE_DONE": "done",
    "WATCH_REQUEST_STATE_REFUSED": "refused",
    "WATCH_REQUEST_STATE_CANCELLED": "cancelled"
  }
};

/** The schemas of answers, and of the resources inside them. */
export const SCHEMAS: Readonly<Record<string, object>> = {
  "Account": {
    "type": "object",
    "description": "An account, with the policy that operators set.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the account."
      },
      "name": {
        "type": "string",
        "description": "Its name."
      },
      "purseUnusedDays": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Days after which a purse without any confirmed receipt expires; null for never."
      },
      "purseIdleDays": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Days after the last confirmed receipt after which a purse expires; null for never."
      }
    },
    "required": [
      "id",
      "name",
      "purseUnusedDays",
      "purseIdleDays"
    ]
  },
  "AccountList": {
    "type": "object",
    "description": "The accounts.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Account"
        },
        "description": "In the order of their ids."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "AccountAnswer": {
    "type": "object",
    "description": "An account, with the policy that operators set.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the account."
      },
      "name": {
        "type": "string",
        "description": "Its name."
      },
      "purseUnusedDays": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Days after which a purse without any confirmed receipt expires; null for never."
      },
      "purseIdleDays": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Days after the last confirmed receipt after which a purse expires; null for never."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "name",
      "purseUnusedDays",
      "purseIdleDays",
      "position"
    ]
  },
  "ApiKey": {
    "type": "object",
    "description": "A key that was issued; the key itself is not kept.",
    "properties": {
      "keyId": {
        "type": "string",
        "maxLength": 8,
        "description": "The public part of the key."
      },
      "name": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "A name for its owner; null if it has no name."
      },
      "scopes": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "What it may do: `read`, `write`, or scopes such as `purses:read`.",
        "example": [
          "purses:read"
        ]
      },
      "status": {
        "type": "string",
        "enum": [
          "active",
          "expired",
          "revoked"
        ],
        "description": "Whether it is valid, and why not."
      },
      "issuedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was issued."
      },
      "expiresAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "It is not valid from this time on; null if it does not expire."
      },
      "revokedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it was revoked; null if it was not."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Why it was revoked; null if it was not."
      }
    },
    "required": [
      "keyId",
      "name",
      "scopes",
      "status",
      "issuedAt",
      "expiresAt",
      "revokedAt",
      "reason"
    ]
  },
  "ApiKeyList": {
    "type": "object",
    "description": "Keys, without their secrets.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ApiKey"
        },
        "description": "In the order of issue, including revoked ones."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "IssuedApiKeyAnswer": {
    "type": "object",
    "description": "The key that was issued.",
    "properties": {
      "keyId": {
        "type": "string",
        "maxLength": 8,
        "description": "The public part of the key."
      },
      "name": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "A name for its owner; null if it has no name."
      },
      "scopes": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "What it may do: `read`, `write`, or scopes such as `purses:read`.",
        "example": [
          "purses:read"
        ]
      },
      "status": {
        "type": "string",
        "enum": [
          "active",
          "expired",
          "revoked"
        ],
        "description": "Whether it is valid, and why not."
      },
      "issuedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was issued."
      },
      "expiresAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "It is not valid from this time on; null if it does not expire."
      },
      "revokedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it was revoked; null if it was not."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Why it was revoked; null if it was not."
      },
      "key": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 80,
        "description": "The whole key. It is shown only once, because only its hash is kept; null if the request is a repeat."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "keyId",
      "name",
      "scopes",
      "status",
      "issuedAt",
      "expiresAt",
      "revokedAt",
      "reason",
      "key",
      "position"
    ]
  },
  "ApiKeyAnswer": {
    "type": "object",
    "description": "A key that was issued; the key itself is not kept.",
    "properties": {
      "keyId": {
        "type": "string",
        "maxLength": 8,
        "description": "The public part of the key."
      },
      "name": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "A name for its owner; null if it has no name."
      },
      "scopes": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "What it may do: `read`, `write`, or scopes such as `purses:read`.",
        "example": [
          "purses:read"
        ]
      },
      "status": {
        "type": "string",
        "enum": [
          "active",
          "expired",
          "revoked"
        ],
        "description": "Whether it is valid, and why not."
      },
      "issuedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was issued."
      },
      "expiresAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "It is not valid from this time on; null if it does not expire."
      },
      "revokedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it was revoked; null if it was not."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Why it was revoked; null if it was not."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "keyId",
      "name",
      "scopes",
      "status",
      "issuedAt",
      "expiresAt",
      "revokedAt",
      "reason",
      "position"
    ]
  },
  "Money": {
    "type": "object",
    "description": "An amount and its asset. Amounts are text, because amounts in base units exceed what 64-bit numbers can hold safely in every language.",
    "properties": {
      "asset": {
        "type": "string",
        "maxLength": 256,
        "description": "CAIP-19 id of the asset, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`.",
        "example": "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7"
      },
      "currency": {
        "type": "string",
        "maxLength": 64,
        "description": "Short code of the asset, such as `USDT_ETH`; `UNREGISTERED` for a token that the registry does not list.",
        "example": "USDT_ETH"
      },
      "amount": {
        "type": "string",
        "maxLength": 120,
        "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
        "description": "The amount in whole units, exact, without exponent, such as `1.5`.",
        "example": "1.5"
      },
      "baseUnits": {
        "type": "string",
        "maxLength": 80,
        "pattern": "^-?[0-9]+$",
        "description": "The same amount in base units, such as `1500000`.",
        "example": "1500000"
      },
      "decimals": {
        "type": "integer",
        "minimum": 0,
        "maximum": 77,
        "description": "How many digits of the base units follow the decimal point."
      }
    },
    "required": [
      "asset",
      "currency",
      "amount",
      "baseUnits",
      "decimals"
    ]
  },
  "Finding": {
    "type": "object",
    "description": "A difference between the chain and the books.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the finding."
      },
      "kind": {
        "type": "string",
        "enum": [
          "unexplained",
          "unplanned-outflow",
          "unreadable"
        ],
        "description": "What it is about."
      },
      "status": {
        "type": "string",
        "enum": [
          "open",
          "closed"
        ],
        "description": "Whether it is open."
      },
      "accountId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the account."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer who owns the purse."
      },
      "purseId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "chain": {
        "type": "string",
        "maxLength": 41,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "address": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the purse."
      },
      "difference": {
        "$ref": "#/components/schemas/Money",
        "description": "What the chain has more than the books; negative when it has less, and 0 when nobody knows."
      },
      "fromBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The first block in which the cause may lie; null when that is not known."
      },
      "toBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The last such block; null when that is not known."
      },
      "subject": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 250,
        "description": "The outflow, or the id of the replenishment, that it is about; null for a difference of balances."
      },
      "opening": {
        "type": "integer",
        "minimum": 0,
        "description": "How often it was opened."
      },
      "end": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "explained",
          "credited",
          "noted",
          null
        ],
        "description": "How it was closed; null while it is open."
      },
      "creditedTo": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "customer",
          "account",
          null
        ],
        "description": "The claim to which an operator booked it; null if none did."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "The reason of the operator who acted last; null if none did."
      },
      "reference": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "That operator's own name for the act; null if none acted."
      },
      "watchRequestId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "The last watch request for it; null if there is none."
      },
      "openedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was opened, the last time."
      },
      "updatedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it last changed."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position of its last event."
      }
    },
    "required": [
      "id",
      "kind",
      "status",
      "accountId",
      "customerId",
      "purseId",
      "chain",
      "address",
      "difference",
      "fromBlock",
      "toBlock",
      "subject",
      "opening",
      "end",
      "creditedTo",
      "reason",
      "reference",
      "watchRequestId",
      "openedAt",
      "updatedAt",
      "position"
    ]
  },
  "FindingList": {
    "type": "object",
    "description": "A page of findings.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Finding"
        },
        "description": "From the newest to the oldest."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "PurseWatch": {
    "type": "object",
    "description": "Whether transfers to a purse are seen on one chain.",
    "properties": {
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "watched": {
        "type": "boolean",
        "description": "Whether the watcher of the chain has acknowledged the address."
      }
    },
    "required": [
      "chain",
      "watched"
    ]
  },
  "PurseAnswer": {
    "type": "object",
    "description": "A customer's permanent deposit address on one family.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer."
      },
      "family": {
        "type": "string",
        "enum": [
          "evm",
          "tron"
        ],
        "description": "The address family. One purse takes every registered asset of its family."
      },
      "address": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "The address, as people write it, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`. It never changes. Null (over gRPC empty) if the purse was given the address of another one, by a fault of an earlier version, until the operator gives it one of its own.",
        "example": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
      },
      "status": {
        "type": "string",
        "enum": [
          "PENDING_PAYMENT",
          "ARCHIVED",
          "DECLINED",
          "NO_OWNER"
        ],
        "description": "PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives is held in suspense. DECLINED: compliance refused a receipt; never used again."
      },
      "outsideOrderId": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Your own order id; null if none was given."
      },
      "mintedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was minted."
      },
      "watch": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/PurseWatch"
        },
        "description": "One entry for each watched chain of the family. Show the address to a payer only once it is watched on the payer's chain, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are scanned again."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "customerId",
      "family",
      "address",
      "status",
      "outsideOrderId",
      "mintedAt",
      "watch",
      "position"
    ]
  },
  "Purse": {
    "type": "object",
    "description": "A customer's permanent deposit address on one family.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer."
      },
      "family": {
        "type": "string",
        "enum": [
          "evm",
          "tron"
        ],
        "description": "The address family. One purse takes every registered asset of its family."
      },
      "address": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "The address, as people write it, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`. It never changes. Null (over gRPC empty) if the purse was given the address of another one, by a fault of an earlier version, until the operator gives it one of its own.",
        "example": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
      },
      "status": {
        "type": "string",
        "enum": [
          "PENDING_PAYMENT",
          "ARCHIVED",
          "DECLINED",
          "NO_OWNER"
        ],
        "description": "PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives is held in suspense. DECLINED: compliance refused a receipt; never used again."
      },
      "outsideOrderId": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Your own order id; null if none was given."
      },
      "mintedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was minted."
      },
      "watch": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/PurseWatch"
        },
        "description": "One entry for each watched chain of the family. Show the address to a payer only once it is watched on the payer's chain, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are scanned again."
      }
    },
    "required": [
      "id",
      "customerId",
      "family",
      "address",
      "status",
      "outsideOrderId",
      "mintedAt",
      "watch"
    ]
  },
  "PurseList": {
    "type": "object",
    "description": "A page of purses.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Purse"
        },
        "description": "From the newest to the oldest."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "Block": {
    "type": "object",
    "description": "The block that includes a transfer.",
    "properties": {
      "number": {
        "type": "integer",
        "minimum": 0,
        "description": "Its height."
      },
      "hash": {
        "type": "string",
        "maxLength": 128,
        "description": "Its hash."
      },
      "time": {
        "type": "string",
        "format": "date-time",
        "description": "The time in its header."
      }
    },
    "required": [
      "number",
      "hash",
      "time"
    ]
  },
  "Confirmations": {
    "type": "object",
    "description": "How far a transfer is from being final.",
    "properties": {
      "current": {
        "type": "integer",
        "minimum": 0,
        "description": "The blocks from the one that includes it up to the newest one."
      },
      "required": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "How many it needs; null if it waits for a tag of the chain instead."
      },
      "policy": {
        "type": "string",
        "maxLength": 64,
        "description": "What it waits for: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.",
        "example": "tag:finalized"
      }
    },
    "required": [
      "current",
      "required",
      "policy"
    ]
  },
  "HeldSum": {
    "type": "object",
    "description": "What a purse held below the minimum of one asset, and was credited when it added up to the minimum.",
    "properties": {
      "firstReplenishmentId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the oldest part. `ListEvents` has all parts in its event."
      },
      "money": {
        "$ref": "#/components/schemas/Money",
        "description": "What the parts add up to."
      },
      "count": {
        "type": "integer",
        "minimum": 0,
        "description": "The number of parts."
      },
      "replenishmentIds": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "Ids of the parts, oldest first; empty if there are more than 100."
      }
    },
    "required": [
      "firstReplenishmentId",
      "money",
      "count",
      "replenishmentIds"
    ]
  },
  "Replenishment": {
    "type": "object",
    "description": "The record of a transfer to a purse.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the replenishment."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer who owns the purse."
      },
      "purseId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "outsideOrderId": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Your own order id, from the purse; null if none was given."
      },
      "status": {
        "type": "string",
        "enum": [
          "seen",
          "detected",
          "screening",
          "confirmed",
          "declined",
          "reverted",
          "dropped",
          "rejected",
          "voided",
          "held"
        ],
        "description": "The status."
      },
      "transactionState": {
        "type": "string",
        "enum": [
          "MEM_POOL_FOUND",
          "PENDING_COMPLIANCE_CHECK",
          "CONFIRMED",
          "DECLINED",
          "REVERTED",
          "DROPPED",
          "REJECTED",
          "VOIDED",
          "HELD"
        ],
        "description": "The first part of the status as a pair of states."
      },
      "complianceState": {
        "type": "string",
        "enum": [
          "UNCHECKED",
          "IN_PROGRESS",
          "CHECKED",
          "DECLINE"
        ],
        "description": "The second part of that pair."
      },
      "translationToAccountCompleted": {
        "type": "boolean",
        "description": "Whether sweeps to the account's wallets cover the whole of it: the oldest replenishments of a purse and asset first, parts counted."
      },
      "money": {
        "$ref": "#/components/schemas/Money",
        "description": "The transferred amount."
      },
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "txHash": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Hash of the transaction; null (over gRPC empty) for what none moved, such as a withdrawal of a validator."
      },
      "ordinal": {
        "type": "string",
        "maxLength": 64,
        "description": "The transfer within its transaction: `<kind>:<number>`, such as `log:0`.",
        "example": "log:0"
      },
      "from": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the sender."
      },
      "to": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the purse."
      },
      "block": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Block"
          },
          {
            "type": "null"
          }
        ],
        "description": "Null while no block includes the transfer."
      },
      "blocked": {
        "type": "boolean",
        "description": "Whether the customer was blocked, so that the account was credited instead."
      },
      "creditedTo": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "customer",
          "account",
          "suspense",
          null
        ],
        "description": "Where it is booked; null while it is not."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "Why it was rejected, why it waits (`awaiting-second-provider`, `unproven-trace`, `unread-balance`), why it is held (`below-minimum`), or why the customer was not credited; else null."
      },
      "finality": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "The finality policy that was applied, such as `depth:12`; null before.",
        "example": "depth:12"
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was first recorded."
      },
      "updatedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it last changed."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position of its last event."
      },
      "confirmations": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Confirmations"
          },
          {
            "type": "null"
          }
        ],
        "description": "How many confirmations it has, and how many it needs; null while no block includes the transfer, and while the chain's newest block is not known."
      },
      "netted": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "How much of the amount does not count: what left the purse again in the same transaction, and `unbacked`. It is credited less by this. Null when all of it counts."
      },
      "unbacked": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "How much of `netted` did not arrive: the token is credited by balance, and that of the purse shows less than the token's log says. Null when nothing is missing."
      },
      "sum": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/HeldSum"
          },
          {
            "type": "null"
          }
        ],
        "description": "The sum that it was credited with, if it is below the minimum of its asset; else null."
      }
    },
    "required": [
      "id",
      "customerId",
      "purseId",
      "outsideOrderId",
      "status",
      "transactionState",
      "complianceState",
      "translationToAccountCompleted",
      "money",
      "chain",
      "txHash",
      "ordinal",
      "from",
      "to",
      "block",
      "blocked",
      "creditedTo",
      "reason",
      "finality",
      "createdAt",
      "updatedAt",
      "position",
      "confirmations",
      "netted",
      "unbacked",
      "sum"
    ]
  },
  "ReplenishmentList": {
    "type": "object",
    "description": "A page of replenishments.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Replenishment"
        },
        "description": "From the newest to the oldest."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "ReplenishmentAnswer": {
    "type": "object",
    "description": "The record of a transfer to a purse.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the replenishment."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer who owns the purse."
      },
      "purseId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "outsideOrderId": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Your own order id, from the purse; null if none was given."
      },
      "status": {
        "type": "string",
        "enum": [
          "seen",
          "detected",
          "screening",
          "confirmed",
          "declined",
          "reverted",
          "dropped",
          "rejected",
          "voided",
          "held"
        ],
        "description": "The status."
      },
      "transactionState": {
        "type": "string",
        "enum": [
          "MEM_POOL_FOUND",
          "PENDING_COMPLIANCE_CHECK",
          "CONFIRMED",
          "DECLINED",
          "REVERTED",
          "DROPPED",
          "REJECTED",
          "VOIDED",
          "HELD"
        ],
        "description": "The first part of the status as a pair of states."
      },
      "complianceState": {
        "type": "string",
        "enum": [
          "UNCHECKED",
          "IN_PROGRESS",
          "CHECKED",
          "DECLINE"
        ],
        "description": "The second part of that pair."
      },
      "translationToAccountCompleted": {
        "type": "boolean",
        "description": "Whether sweeps to the account's wallets cover the whole of it: the oldest replenishments of a purse and asset first, parts counted."
      },
      "money": {
        "$ref": "#/components/schemas/Money",
        "description": "The transferred amount."
      },
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "txHash": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Hash of the transaction; null (over gRPC empty) for what none moved, such as a withdrawal of a validator."
      },
      "ordinal": {
        "type": "string",
        "maxLength": 64,
        "description": "The transfer within its transaction: `<kind>:<number>`, such as `log:0`.",
        "example": "log:0"
      },
      "from": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the sender."
      },
      "to": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the purse."
      },
      "block": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Block"
          },
          {
            "type": "null"
          }
        ],
        "description": "Null while no block includes the transfer."
      },
      "blocked": {
        "type": "boolean",
        "description": "Whether the customer was blocked, so that the account was credited instead."
      },
      "creditedTo": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "customer",
          "account",
          "suspense",
          null
        ],
        "description": "Where it is booked; null while it is not."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "Why it was rejected, why it waits (`awaiting-second-provider`, `unproven-trace`, `unread-balance`), why it is held (`below-minimum`), or why the customer was not credited; else null."
      },
      "finality": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "The finality policy that was applied, such as `depth:12`; null before.",
        "example": "depth:12"
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was first recorded."
      },
      "updatedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it last changed."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      },
      "confirmations": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Confirmations"
          },
          {
            "type": "null"
          }
        ],
        "description": "How many confirmations it has, and how many it needs; null while no block includes the transfer, and while the chain's newest block is not known."
      },
      "netted": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "How much of the amount does not count: what left the purse again in the same transaction, and `unbacked`. It is credited less by this. Null when all of it counts."
      },
      "unbacked": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "How much of `netted` did not arrive: the token is credited by balance, and that of the purse shows less than the token's log says. Null when nothing is missing."
      },
      "sum": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/HeldSum"
          },
          {
            "type": "null"
          }
        ],
        "description": "The sum that it was credited with, if it is below the minimum of its asset; else null."
      }
    },
    "required": [
      "id",
      "customerId",
      "purseId",
      "outsideOrderId",
      "status",
      "transactionState",
      "complianceState",
      "translationToAccountCompleted",
      "money",
      "chain",
      "txHash",
      "ordinal",
      "from",
      "to",
      "block",
      "blocked",
      "creditedTo",
      "reason",
      "finality",
      "createdAt",
      "updatedAt",
      "position",
      "confirmations",
      "netted",
      "unbacked",
      "sum"
    ]
  },
  "FindingAnswer": {
    "type": "object",
    "description": "A difference between the chain and the books.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the finding."
      },
      "kind": {
        "type": "string",
        "enum": [
          "unexplained",
          "unplanned-outflow",
          "unreadable"
        ],
        "description": "What it is about."
      },
      "status": {
        "type": "string",
        "enum": [
          "open",
          "closed"
        ],
        "description": "Whether it is open."
      },
      "accountId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the account."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer who owns the purse."
      },
      "purseId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "chain": {
        "type": "string",
        "maxLength": 41,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "address": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the purse."
      },
      "difference": {
        "$ref": "#/components/schemas/Money",
        "description": "What the chain has more than the books; negative when it has less, and 0 when nobody knows."
      },
      "fromBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The first block in which the cause may lie; null when that is not known."
      },
      "toBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The last such block; null when that is not known."
      },
      "subject": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 250,
        "description": "The outflow, or the id of the replenishment, that it is about; null for a difference of balances."
      },
      "opening": {
        "type": "integer",
        "minimum": 0,
        "description": "How often it was opened."
      },
      "end": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "explained",
          "credited",
          "noted",
          null
        ],
        "description": "How it was closed; null while it is open."
      },
      "creditedTo": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "customer",
          "account",
          null
        ],
        "description": "The claim to which an operator booked it; null if none did."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "The reason of the operator who acted last; null if none did."
      },
      "reference": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "That operator's own name for the act; null if none acted."
      },
      "watchRequestId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "The last watch request for it; null if there is none."
      },
      "openedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was opened, the last time."
      },
      "updatedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it last changed."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "kind",
      "status",
      "accountId",
      "customerId",
      "purseId",
      "chain",
      "address",
      "difference",
      "fromBlock",
      "toBlock",
      "subject",
      "opening",
      "end",
      "creditedTo",
      "reason",
      "reference",
      "watchRequestId",
      "openedAt",
      "updatedAt",
      "position"
    ]
  },
  "NegativeClaim": {
    "type": "object",
    "description": "A claim below zero: money was taken back after it was used.",
    "properties": {
      "accountId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the account."
      },
      "customerId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "Id of the customer; null for a claim of the account."
      },
      "purseId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "Id of the purse where the account's claim is below zero; null for a claim of a customer, which is the sum over all purses."
      },
      "claim": {
        "$ref": "#/components/schemas/Money",
        "description": "The claim. Its amount is negative."
      }
    },
    "required": [
      "accountId",
      "customerId",
      "purseId",
      "claim"
    ]
  },
  "NegativeClaimList": {
    "type": "object",
    "description": "The claims below zero.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/NegativeClaim"
        },
        "description": "At most 100, the lowest id of an account first."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "CreatedCustomerAnswer": {
    "type": "object",
    "description": "The customer and the purses of the requested families.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer."
      },
      "externalId": {
        "type": "string",
        "maxLength": 255,
        "description": "Your own id of the customer, such as `user-42`; empty once the customer was erased.",
        "example": "user-42"
      },
      "description": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Free text for your own use; null if there is none."
      },
      "status": {
        "type": "string",
        "enum": [
          "ACTIVE",
          "BLOCKED",
          "ERASED"
        ],
        "description": "What a blocked customer receives is credited to the account; the addresses stay active."
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was created."
      },
      "email": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 254,
        "description": "E-mail address; null if there is none, such as `ann@example.com`.",
        "example": "ann@example.com"
      },
      "firstName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "First name; null if there is none."
      },
      "lastName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "Last name; null if there is none."
      },
      "phone": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 32,
        "description": "Telephone number; null if there is none, such as `+41 79 123 45 67`.",
        "example": "+41 79 123 45 67"
      },
      "metadata": {
        "type": [
          "object",
          "null"
        ],
        "additionalProperties": true,
        "description": "Texts under names of your own, a JSON object; null if there are none."
      },
      "purses": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Purse"
        },
        "description": "In the order of the requested families."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "externalId",
      "description",
      "status",
      "createdAt",
      "email",
      "firstName",
      "lastName",
      "phone",
      "metadata",
      "purses",
      "position"
    ]
  },
  "Customer": {
    "type": "object",
    "description": "An account's end user.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer."
      },
      "externalId": {
        "type": "string",
        "maxLength": 255,
        "description": "Your own id of the customer, such as `user-42`; empty once the customer was erased.",
        "example": "user-42"
      },
      "description": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Free text for your own use; null if there is none."
      },
      "status": {
        "type": "string",
        "enum": [
          "ACTIVE",
          "BLOCKED",
          "ERASED"
        ],
        "description": "What a blocked customer receives is credited to the account; the addresses stay active."
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was created."
      },
      "email": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 254,
        "description": "E-mail address; null if there is none, such as `ann@example.com`.",
        "example": "ann@example.com"
      },
      "firstName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "First name; null if there is none."
      },
      "lastName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "Last name; null if there is none."
      },
      "phone": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 32,
        "description": "Telephone number; null if there is none, such as `+41 79 123 45 67`.",
        "example": "+41 79 123 45 67"
      },
      "metadata": {
        "type": [
          "object",
          "null"
        ],
        "additionalProperties": true,
        "description": "Texts under names of your own, a JSON object; null if there are none."
      }
    },
    "required": [
      "id",
      "externalId",
      "description",
      "status",
      "createdAt",
      "email",
      "firstName",
      "lastName",
      "phone",
      "metadata"
    ]
  },
  "CustomerList": {
    "type": "object",
    "description": "A page of customers.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Customer"
        },
        "description": "From the newest to the oldest."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "CustomerAnswer": {
    "type": "object",
    "description": "An account's end user.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer."
      },
      "externalId": {
        "type": "string",
        "maxLength": 255,
        "description": "Your own id of the customer, such as `user-42`; empty once the customer was erased.",
        "example": "user-42"
      },
      "description": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 500,
        "description": "Free text for your own use; null if there is none."
      },
      "status": {
        "type": "string",
        "enum": [
          "ACTIVE",
          "BLOCKED",
          "ERASED"
        ],
        "description": "What a blocked customer receives is credited to the account; the addresses stay active."
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was created."
      },
      "email": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 254,
        "description": "E-mail address; null if there is none, such as `ann@example.com`.",
        "example": "ann@example.com"
      },
      "firstName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "First name; null if there is none."
      },
      "lastName": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 100,
        "description": "Last name; null if there is none."
      },
      "phone": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 32,
        "description": "Telephone number; null if there is none, such as `+41 79 123 45 67`.",
        "example": "+41 79 123 45 67"
      },
      "metadata": {
        "type": [
          "object",
          "null"
        ],
        "additionalProperties": true,
        "description": "Texts under names of your own, a JSON object; null if there are none."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "externalId",
      "description",
      "status",
      "createdAt",
      "email",
      "firstName",
      "lastName",
      "phone",
      "metadata",
      "position"
    ]
  },
  "Event": {
    "type": "object",
    "description": "An event.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "The same id on every channel."
      },
      "type": {
        "type": "string",
        "maxLength": 64,
        "description": "What happened, such as `ReplenishmentConfirmed`. New types may be added at any time.",
        "example": "ReplenishmentConfirmed"
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Its place in the event log. Events of other accounts may lie between yours."
      },
      "recordedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was recorded."
      },
      "subject": {
        "type": "string",
        "maxLength": 64,
        "description": "What the event is about, such as `customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52`.",
        "example": "customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52"
      },
      "data": {
        "type": "object",
        "additionalProperties": true,
        "description": "The content of the event: an object whose fields depend on the type."
      }
    },
    "required": [
      "id",
      "type",
      "position",
      "recordedAt",
      "subject",
      "data"
    ]
  },
  "EventList": {
    "type": "object",
    "description": "A page of events.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Event"
        },
        "description": "In the order of the event log, without gaps."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Pass it as `after` for the next page. Null at the end of the event log: continue later after the last event you have. A page with a cursor may be empty."
      },
      "log": {
        "type": "string",
        "maxLength": 43,
        "description": "Log and epoch in which these positions are: `<id>.<epoch>`. Store it beside your position, and send it with `after`."
      }
    },
    "required": [
      "data",
      "nextCursor",
      "log"
    ]
  },
  "Balance": {
    "type": "object",
    "description": "The balance of one asset.",
    "properties": {
      "asset": {
        "type": "string",
        "maxLength": 256,
        "description": "CAIP-19 id of the asset."
      },
      "claim": {
        "$ref": "#/components/schemas/Money",
        "description": "The customer's claim: what Daybook owes the customer."
      },
      "accountClaim": {
        "$ref": "#/components/schemas/Money",
        "description": "The account's claim: receipts while the customer was blocked."
      },
      "suspense": {
        "$ref": "#/components/schemas/Money",
        "description": "Held in suspense until it is resolved."
      },
      "custody": {
        "$ref": "#/components/schemas/Money",
        "description": "The coins on purse addresses."
      }
    },
    "required": [
      "asset",
      "claim",
      "accountClaim",
      "suspense",
      "custody"
    ]
  },
  "BalanceList": {
    "type": "object",
    "description": "Balances at one moment.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Balance"
        },
        "description": "One entry per asset ever received."
      },
      "asOf": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position that the figures are valid for if `asOf` was sent; null for now."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "asOf",
      "nextCursor"
    ]
  },
  "Throughput": {
    "type": "object",
    "description": "Everything ever received of one asset.",
    "properties": {
      "asset": {
        "type": "string",
        "maxLength": 256,
        "description": "CAIP-19 id of the asset."
      },
      "received": {
        "$ref": "#/components/schemas/Money",
        "description": "The gross sum of all receipts. It never decreases."
      },
      "reversed": {
        "$ref": "#/components/schemas/Money",
        "description": "The sum of receipts that chain reorganisations reversed."
      },
      "receipts": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "How many receipts were booked. Reversals do not decrease it."
      }
    },
    "required": [
      "asset",
      "received",
      "reversed",
      "receipts"
    ]
  },
  "ThroughputList": {
    "type": "object",
    "description": "Throughput up to one moment.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Throughput"
        },
        "description": "One entry per asset ever received."
      },
      "asOf": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position that the figures are valid for if `asOf` was sent; null for now."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "asOf",
      "nextCursor"
    ]
  },
  "Chain": {
    "type": "object",
    "description": "A chain, and the last report of its watcher.",
    "properties": {
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "name": {
        "type": "string",
        "maxLength": 64,
        "description": "Its name, such as `Ethereum`.",
        "example": "Ethereum"
      },
      "family": {
        "type": "string",
        "enum": [
          "evm",
          "tron"
        ],
        "description": "Its address family."
      },
      "finality": {
        "type": "string",
        "maxLength": 64,
        "description": "When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.",
        "example": "tag:finalized"
      },
      "state": {
        "type": "string",
        "enum": [
          "unwatched",
          "catching-up",
          "following",
          "stalled",
          "paused",
          "silent"
        ],
        "description": "The state of its watcher."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "More about the state; null if there is nothing to say. Operators see what stalls a chain."
      },
      "latest": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The newest block of the node; null without a watcher."
      },
      "matched": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Every block up to this one was matched; null without a watcher."
      },
      "finalized": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The highest irreversible block; null while unknown."
      },
      "lag": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Blocks still to match; null without a watcher."
      },
      "observedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When the watcher reported this; null without a watcher."
      },
      "addressesThrough": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Every address minted up to this position of the event log is watched; null while unknown."
      },
      "thresholds": {
        "type": "array",
        "items": {
          "type": "string",
          "maxLength": 64
        },
        "description": "What is reported of a transfer besides the policy by which it is credited, such as `depth:12`.",
        "example": [
          "depth:12"
        ]
      },
      "minimumFinality": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "No transfer is credited below this; null if there is no such limit."
      }
    },
    "required": [
      "chain",
      "name",
      "family",
      "finality",
      "state",
      "detail",
      "latest",
      "matched",
      "finalized",
      "lag",
      "observedAt",
      "addressesThrough",
      "thresholds",
      "minimumFinality"
    ]
  },
  "ChainList": {
    "type": "object",
    "description": "The chains.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Chain"
        },
        "description": "In the order of the registry."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "Asset": {
    "type": "object",
    "description": "An asset that Daybook credits.",
    "properties": {
      "asset": {
        "type": "string",
        "maxLength": 256,
        "description": "CAIP-19 id, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`.",
        "example": "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7"
      },
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of its chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "currency": {
        "type": "string",
        "maxLength": 64,
        "description": "Short code, such as `USDT_ETH`.",
        "example": "USDT_ETH"
      },
      "decimals": {
        "type": "integer",
        "minimum": 0,
        "maximum": 77,
        "description": "How many digits of its base units follow the decimal point."
      },
      "contract": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "The token's contract; null for the coin of the chain itself."
      },
      "minimum": {
        "$ref": "#/components/schemas/Money",
        "description": "The smallest transfer that is credited alone. Smaller ones are held until they add up to it."
      },
      "finality": {
        "type": "string",
        "maxLength": 64,
        "description": "When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.",
        "example": "tag:finalized"
      },
      "band": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "A larger transfer is final only when a second provider has confirmed its block; null without such a limit."
      }
    },
    "required": [
      "asset",
      "chain",
      "currency",
      "decimals",
      "contract",
      "minimum",
      "finality",
      "band"
    ]
  },
  "AssetList": {
    "type": "object",
    "description": "The assets.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Asset"
        },
        "description": "In the order of the registry."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "Versions": {
    "type": "object",
    "description": "The versions of the software.",
    "properties": {
      "daybook": {
        "type": "string",
        "description": "Of Daybook."
      },
      "node": {
        "type": "string",
        "description": "Of Node.js."
      },
      "postgresql": {
        "type": [
          "string",
          "null"
        ],
        "description": "Of PostgreSQL; null if it does not answer."
      },
      "tables": {
        "type": [
          "string",
          "null"
        ],
        "description": "The last migration that ran; null if PostgreSQL does not answer."
      }
    },
    "required": [
      "daybook",
      "node",
      "postgresql",
      "tables"
    ]
  },
  "Engine": {
    "type": "object",
    "description": "An engine.",
    "properties": {
      "kind": {
        "type": "string",
        "enum": [
          "postgresql",
          "eventstoredb",
          "kafka"
        ],
        "description": "Which software it is."
      },
      "answers": {
        "type": "boolean",
        "description": "Whether it answers."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why it does not answer."
      }
    },
    "required": [
      "kind",
      "answers",
      "detail"
    ]
  },
  "EventLogEngine": {
    "type": "object",
    "description": "The engine of the event log.",
    "properties": {
      "kind": {
        "type": "string",
        "enum": [
          "postgresql",
          "eventstoredb",
          "kafka"
        ],
        "description": "Which software it is."
      },
      "answers": {
        "type": "boolean",
        "description": "Whether it answers."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why it does not answer."
      },
      "head": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position of the last event; null if it does not answer."
      },
      "logId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "The identity of the log, which is in it from its first event on; null if it could not be checked."
      },
      "epoch": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Grows when the log goes on after it has lost its end; null if it could not be checked."
      },
      "refused": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why this log is refused: it is not the one from which the tables come, or it has lost its end. Nothing is read from it or written to it then."
      }
    },
    "required": [
      "kind",
      "answers",
      "detail",
      "head",
      "logId",
      "epoch",
      "refused"
    ]
  },
  "Engines": {
    "type": "object",
    "description": "The engines that store events, messages and tables.",
    "properties": {
      "database": {
        "$ref": "#/components/schemas/Engine",
        "description": "The read models."
      },
      "eventLog": {
        "$ref": "#/components/schemas/EventLogEngine",
        "description": "The log of events."
      },
      "durableLog": {
        "$ref": "#/components/schemas/Engine",
        "description": "The log between ledger and watchers."
      }
    },
    "required": [
      "database",
      "eventLog",
      "durableLog"
    ]
  },
  "FollowerState": {
    "type": "object",
    "description": "A follower of the event log, in any process.",
    "properties": {
      "name": {
        "type": "string",
        "description": "Its name."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Everything up to here is handled."
      },
      "lag": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "How far it is behind, in positions: events on PostgreSQL, bytes of the log on EventStoreDB."
      },
      "secondsSinceProgress": {
        "type": "integer",
        "minimum": 0,
        "description": "0 while nothing waits."
      },
      "standsStill": {
        "type": "boolean",
        "description": "Whether it makes no progress though something waits."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why, when the follower runs in the process that answers."
      }
    },
    "required": [
      "name",
      "position",
      "lag",
      "secondsSinceProgress",
      "standsStill",
      "detail"
    ]
  },
  "ConsumerState": {
    "type": "object",
    "description": "A consumer group of the durable log.",
    "properties": {
      "topic": {
        "type": "string",
        "description": "The topic."
      },
      "group": {
        "type": "string",
        "description": "The group."
      },
      "lag": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Messages that wait; null where only another process knows."
      },
      "parkedKeys": {
        "type": "integer",
        "minimum": 0,
        "description": "Keys that wait until an operator asks to retry them."
      },
      "secondsSinceProgress": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "0 while nothing waits; null where only another process knows."
      },
      "standsStill": {
        "type": "boolean",
        "description": "Whether it makes no progress though something waits."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why, when the consumer runs in the process that answers."
      }
    },
    "required": [
      "topic",
      "group",
      "lag",
      "parkedKeys",
      "secondsSinceProgress",
      "standsStill",
      "detail"
    ]
  },
  "ProviderAnswer": {
    "type": "object",
    "description": "What one provider answered about a block.",
    "properties": {
      "provider": {
        "type": "string",
        "description": "Its name in the chains file."
      },
      "said": {
        "type": "string",
        "description": "What it answered, in a sentence."
      }
    },
    "required": [
      "provider",
      "said"
    ]
  },
  "QuarantinedBlock": {
    "type": "object",
    "description": "A block that could not be proven whole.",
    "properties": {
      "number": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Its number."
      },
      "hash": {
        "type": "string",
        "description": "Its hash."
      },
      "isGap": {
        "type": "boolean",
        "description": "Whether the chain goes on over it; else it stops before it."
      },
      "since": {
        "type": "string",
        "format": "date-time",
        "description": "When it was first answered invalidly."
      },
      "reason": {
        "type": "string",
        "description": "Why the last answer is not the block."
      },
      "answers": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ProviderAnswer"
        },
        "description": "What each provider answered when it was asked last."
      }
    },
    "required": [
      "number",
      "hash",
      "isGap",
      "since",
      "reason",
      "answers"
    ]
  },
  "WatchedChain": {
    "type": "object",
    "description": "The last report of the watcher of a chain.",
    "properties": {
      "chain": {
        "type": "string",
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "latest": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The newest block of the node."
      },
      "matched": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Every block up to this one was matched."
      },
      "finalized": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The highest irreversible block; null while unknown."
      },
      "addressesThrough": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Every address that was minted up to this position is watched; null while unknown."
      },
      "state": {
        "type": "string",
        "enum": [
          "catching-up",
          "following",
          "paused",
          "silent",
          "stalled"
        ],
        "description": "The state of its watcher."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why the state is what it is."
      },
      "secondsSinceReport": {
        "type": "integer",
        "minimum": 0,
        "description": "How long ago the watcher reported."
      },
      "standsStill": {
        "type": "boolean",
        "description": "Whether it is stalled or paused, or no longer reports."
      },
      "quarantine": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/QuarantinedBlock"
        },
        "description": "The lowest blocks that could not be proven whole, at most 20."
      },
      "newestBlockAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When the newest block was made, as its header says; null while unknown."
      },
      "providers": {
        "type": "integer",
        "minimum": 0,
        "description": "How many providers the chain has; 0 while unknown."
      },
      "providersUsable": {
        "type": "integer",
        "minimum": 0,
        "description": "How many of them are used, or would be when needed."
      },
      "warnings": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "What an operator should know although nothing is stalled by it, in sentences that say what to do."
      }
    },
    "required": [
      "chain",
      "latest",
      "matched",
      "finalized",
      "addressesThrough",
      "state",
      "detail",
      "secondsSinceReport",
      "standsStill",
      "quarantine",
      "newestBlockAt",
      "providers",
      "providersUsable",
      "warnings"
    ]
  },
  "ReactionNote": {
    "type": "object",
    "description": "Why some due work failed or waits.",
    "properties": {
      "note": {
        "type": "string",
        "description": "The error or the reason."
      },
      "isError": {
        "type": "boolean",
        "description": "Whether it is an error."
      },
      "rows": {
        "type": "integer",
        "minimum": 0,
        "description": "How many it concerns."
      }
    },
    "required": [
      "note",
      "isError",
      "rows"
    ]
  },
  "ReactionState": {
    "type": "object",
    "description": "The work of one reaction.",
    "properties": {
      "name": {
        "type": "string",
        "description": "Its name."
      },
      "firstStartedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it first ran in this installation."
      },
      "nextDueAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When the next work is due; null if there is none."
      },
      "overdue": {
        "type": "integer",
        "minimum": 0,
        "description": "How many are due now."
      },
      "notes": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ReactionNote"
        },
        "description": "Why some of them failed or wait, the most frequent reason first."
      }
    },
    "required": [
      "name",
      "firstStartedAt",
      "nextDueAt",
      "overdue",
      "notes"
    ]
  },
  "Reactions": {
    "type": "object",
    "description": "Work that waits until it is due, in all processes together.",
    "properties": {
      "clockDifferenceMs": {
        "type": "integer",
        "description": "How far the clock of the database is ahead of that of the processes that do this work, in milliseconds. Of several processes, the largest difference of the last half minute."
      },
      "clocksAgree": {
        "type": "boolean",
        "description": "Whether the clocks differ by less than a minute. A process whose clock does not agree does nothing that depends on time."
      },
      "states": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ReactionState"
        },
        "description": "The reactions."
      }
    },
    "required": [
      "clockDifferenceMs",
      "clocksAgree",
      "states"
    ]
  },
  "Violation": {
    "type": "object",
    "description": "A broken rule of the books.",
    "properties": {
      "invariant": {
        "type": "string",
        "description": "The rule."
      },
      "subject": {
        "type": "string",
        "description": "The row."
      },
      "detail": {
        "type": "string",
        "description": "What is wrong with it."
      }
    },
    "required": [
      "invariant",
      "subject",
      "detail"
    ]
  },
  "BooksCheck": {
    "type": "object",
    "description": "Whether the rules of the books hold.",
    "properties": {
      "checkedPosition": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Every line booked since the start, up to here, was checked; null when the books are checked by another process."
      },
      "violationCount": {
        "type": "integer",
        "minimum": 0,
        "description": "How many rules are broken now."
      },
      "violations": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Violation"
        },
        "description": "The first of them."
      }
    },
    "required": [
      "checkedPosition",
      "violationCount",
      "violations"
    ]
  },
  "OpenFindings": {
    "type": "object",
    "description": "The open findings of one kind.",
    "properties": {
      "kind": {
        "type": "string",
        "enum": [
          "unexplained",
          "unplanned-outflow",
          "unreadable"
        ],
        "description": "The kind."
      },
      "open": {
        "type": "integer",
        "minimum": 0,
        "description": "How many are open."
      },
      "oldestAt": {
        "type": "string",
        "format": "date-time",
        "description": "When the oldest of them was opened."
      }
    },
    "required": [
      "kind",
      "open",
      "oldestAt"
    ]
  },
  "OpenDifferences": {
    "type": "object",
    "description": "Differences between the chain and the books, and claims below zero.",
    "properties": {
      "findings": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/OpenFindings"
        },
        "description": "The kinds of findings of which some are open."
      },
      "negativeClaims": {
        "type": "integer",
        "minimum": 0,
        "description": "How many claims are below zero; 100 stands for 100 or more."
      }
    },
    "required": [
      "findings",
      "negativeClaims"
    ]
  },
  "Clocks": {
    "type": "object",
    "description": "Differences between the clocks of the process that answers, of the database and of the event log.",
    "properties": {
      "databaseAheadMs": {
        "type": "integer",
        "description": "How far the clock of the database is ahead of that of the process that answers, in milliseconds."
      },
      "eventLogAheadMs": {
        "type": [
          "integer",
          "null"
        ],
        "description": "How far the engine of the event log was ahead of the writer of the last event when it recorded it, in milliseconds. Null where the log is in PostgreSQL, whose clock is that of the database."
      },
      "agree": {
        "type": "boolean",
        "description": "Whether all of them differ by less than a minute."
      }
    },
    "required": [
      "databaseAheadMs",
      "eventLogAheadMs",
      "agree"
    ]
  },
  "Status": {
    "type": "object",
    "description": "The state of the service, as the process that answers sees it.",
    "properties": {
      "at": {
        "type": "string",
        "format": "date-time",
        "description": "When the state was read."
      },
      "state": {
        "type": "string",
        "enum": [
          "ok",
          "standing-still",
          "unreachable"
        ],
        "description": "`unreachable` when an engine does not answer; counts for more than the others."
      },
      "problems": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "A sentence for each thing that is wrong; empty when all is well."
      },
      "versions": {
        "$ref": "#/components/schemas/Versions",
        "description": "The versions of the software."
      },
      "engines": {
        "$ref": "#/components/schemas/Engines",
        "description": "The engines that store events, messages and tables."
      },
      "followers": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/FollowerState"
        },
        "description": "The followers of the event log: read models, relays and reactions."
      },
      "consumers": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ConsumerState"
        },
        "description": "The groups that read the durable log."
      },
      "chains": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/WatchedChain"
        },
        "description": "The last reports of the watchers."
      },
      "reactions": {
        "$ref": "#/components/schemas/Reactions",
        "description": "Work that waits until it is due."
      },
      "books": {
        "$ref": "#/components/schemas/BooksCheck",
        "description": "Whether the rules of the books hold."
      },
      "differences": {
        "$ref": "#/components/schemas/OpenDifferences",
        "description": "What waits for an operator to decide. It is not a fault of the service."
      },
      "clocks": {
        "$ref": "#/components/schemas/Clocks",
        "description": "How far the clocks are apart that times come from."
      }
    },
    "required": [
      "at",
      "state",
      "problems",
      "versions",
      "engines",
      "followers",
      "consumers",
      "chains",
      "reactions",
      "books",
      "differences",
      "clocks"
    ]
  },
  "OpenRescans": {
    "type": "object",
    "description": "The rescans that have not ended.",
    "properties": {
      "open": {
        "type": "integer",
        "minimum": 0,
        "description": "How many there are."
      },
      "blocksLeft": {
        "type": "integer",
        "minimum": 0,
        "description": "How many blocks they have left."
      }
    },
    "required": [
      "open",
      "blocksLeft"
    ]
  },
  "BlockRange": {
    "type": "object",
    "description": "Blocks that follow each other.",
    "properties": {
      "from": {
        "type": "integer",
        "minimum": 0,
        "description": "The first."
      },
      "to": {
        "type": "integer",
        "minimum": 0,
        "description": "The last."
      }
    },
    "required": [
      "from",
      "to"
    ]
  },
  "GapCheck": {
    "type": "object",
    "description": "Whether every height of a chain was scanned, or is listed as a block in quarantine.",
    "properties": {
      "from": {
        "type": "integer",
        "minimum": 0,
        "description": "The first height that must be scanned."
      },
      "to": {
        "type": "integer",
        "minimum": 0,
        "description": "The last final block."
      },
      "unscanned": {
        "type": "integer",
        "minimum": 0,
        "description": "Heights between them that were neither scanned nor listed."
      },
      "ranges": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/BlockRange"
        },
        "description": "The lowest of them, at most 20 ranges."
      }
    },
    "required": [
      "from",
      "to",
      "unscanned",
      "ranges"
    ]
  },
  "Reorg": {
    "type": "object",
    "description": "A reorg.",
    "properties": {
      "depth": {
        "type": "integer",
        "minimum": 0,
        "description": "How many blocks it replaced."
      },
      "ancestor": {
        "type": "integer",
        "minimum": 0,
        "description": "The block above which it replaced them."
      },
      "at": {
        "type": "string",
        "format": "date-time",
        "description": "When it was found."
      }
    },
    "required": [
      "depth",
      "ancestor",
      "at"
    ]
  },
  "Reorgs": {
    "type": "object",
    "description": "The reorgs that the process has met.",
    "properties": {
      "count": {
        "type": "integer",
        "minimum": 0,
        "description": "How many there were."
      },
      "deepest": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Reorg"
          },
          {
            "type": "null"
          }
        ],
        "description": "The one that replaced the most blocks."
      },
      "last": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Reorg"
          },
          {
            "type": "null"
          }
        ],
        "description": "The last one."
      }
    },
    "required": [
      "count",
      "deepest",
      "last"
    ]
  },
  "Alarm": {
    "type": "object",
    "description": "What could not be proven of a block.",
    "properties": {
      "block": {
        "type": "integer",
        "minimum": 0,
        "description": "Its number."
      },
      "hash": {
        "type": "string",
        "description": "Its hash."
      },
      "sentence": {
        "type": "string",
        "description": "What could not be proven, and what to do."
      },
      "at": {
        "type": "string",
        "format": "date-time",
        "description": "When it was matched."
      }
    },
    "required": [
      "block",
      "hash",
      "sentence",
      "at"
    ]
  },
  "Alarms": {
    "type": "object",
    "description": "Blocks of which less was proven than the rule of the chain asks for, such as after an unknown fork.",
    "properties": {
      "count": {
        "type": "integer",
        "minimum": 0,
        "description": "How many there were. A block that is matched again counts again."
      },
      "last": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Alarm"
          },
          {
            "type": "null"
          }
        ],
        "description": "The last one."
      }
    },
    "required": [
      "count",
      "last"
    ]
  },
  "Unpublished": {
    "type": "object",
    "description": "Why nothing is published.",
    "properties": {
      "since": {
        "type": "string",
        "format": "date-time",
        "description": "Since when."
      },
      "reason": {
        "type": "string",
        "description": "Why."
      }
    },
    "required": [
      "since",
      "reason"
    ]
  },
  "ProviderErrors": {
    "type": "object",
    "description": "Questions to a provider that failed.",
    "properties": {
      "kind": {
        "type": "string",
        "description": "`limited`, `silent`, `unreachable`, `refused`, `invalid-block` or `wrong-chain`; later versions may have others."
      },
      "count": {
        "type": "integer",
        "minimum": 0,
        "description": "How many."
      }
    },
    "required": [
      "kind",
      "count"
    ]
  },
  "ProviderBudget": {
    "type": "object",
    "description": "The requests that a provider's plan allows.",
    "properties": {
      "callsToday": {
        "type": "integer",
        "minimum": 0,
        "description": "Those of this day (UTC)."
      },
      "callsPerDay": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "How many a day are allowed; null without a limit."
      }
    },
    "required": [
      "callsToday",
      "callsPerDay"
    ]
  },
  "ProviderNote": {
    "type": "object",
    "description": "What was found out about the node of a provider.",
    "properties": {
      "topic": {
        "type": "string",
        "description": "What it is about, such as `call-budget`.",
        "example": "call-budget"
      },
      "state": {
        "type": "string",
        "description": "`fine`, `unknown` (it cannot be judged yet) or `wrong` (an operator should act)."
      },
      "sentence": {
        "type": "string",
        "description": "What was found out."
      }
    },
    "required": [
      "topic",
      "state",
      "sentence"
    ]
  },
  "WatchProvider": {
    "type": "object",
    "description": "A provider of a chain. Its URL and keys are shown nowhere.",
    "properties": {
      "name": {
        "type": "string",
        "description": "Its name in the chains file."
      },
      "state": {
        "type": "string",
        "description": "`ok`, `unverified`, `limited`, `failing`, `stuck` or `wrong-chain`; later versions may have others."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why, if the state is not `ok`."
      },
      "score": {
        "type": "integer",
        "minimum": 0,
        "description": "The expected delay of an answer in milliseconds, failures and lag included."
      },
      "lastHead": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The highest block that it has shown."
      },
      "questions": {
        "type": "integer",
        "minimum": 0,
        "description": "How many questions it was asked; each takes one request or several."
      },
      "errors": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ProviderErrors"
        },
        "description": "How many of them failed, by kind."
      },
      "announcements": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why its WebSocket announces nothing; null if it does, or has none."
      },
      "budget": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/ProviderBudget"
          },
          {
            "type": "null"
          }
        ],
        "description": "The requests of this day; null where they are not counted."
      },
      "notes": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ProviderNote"
        },
        "description": "What was found out about its node."
      }
    },
    "required": [
      "name",
      "state",
      "detail",
      "score",
      "lastHead",
      "questions",
      "errors",
      "announcements",
      "budget",
      "notes"
    ]
  },
  "Reconciliation": {
    "type": "object",
    "description": "Balances on chain that were compared with the books since the watcher's process began to lead.",
    "properties": {
      "readsPerMinute": {
        "type": "integer",
        "minimum": 0,
        "description": "How many may be read in a minute; 0 turns it off."
      },
      "checked": {
        "type": "integer",
        "minimum": 0,
        "description": "Balances that were compared."
      },
      "notChecked": {
        "type": "integer",
        "minimum": 0,
        "description": "Balances that the node did not say, because it does not keep the state."
      },
      "sweepSeconds": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "How long the last sweep over all addresses took; null before the first has ended."
      }
    },
    "required": [
      "readsPerMinute",
      "checked",
      "notChecked",
      "sweepSeconds"
    ]
  },
  "WatchDetails": {
    "type": "object",
    "description": "How a watcher works. Reorgs and alarms are those that the leading process has met since it began; questions and errors of providers are counted from when it began to lead.",
    "properties": {
      "since": {
        "type": "string",
        "format": "date-time",
        "description": "When the process began. It remembers no reorg or alarm from before."
      },
      "newestBlockAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When the newest block was made, as its header says; null before a node's first answer."
      },
      "secondsLeft": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "About how many seconds matching up to the newest block takes; null while unknown."
      },
      "rescans": {
        "$ref": "#/components/schemas/OpenRescans",
        "description": "The rescans that have not ended."
      },
      "gapCheck": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/GapCheck"
          },
          {
            "type": "null"
          }
        ],
        "description": "Whether every height was scanned; null before anything is final."
      },
      "blocksInQuarantine": {
        "type": "integer",
        "minimum": 0,
        "description": "How many blocks could not be proven whole."
      },
      "gaps": {
        "type": "integer",
        "minimum": 0,
        "description": "How many of them are gaps: the chain went on over them."
      },
      "reorgs": {
        "$ref": "#/components/schemas/Reorgs",
        "description": "The reorgs."
      },
      "alarms": {
        "$ref": "#/components/schemas/Alarms",
        "description": "Blocks of which less was proven than the rule of the chain asks for."
      },
      "unpublished": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Unpublished"
          },
          {
            "type": "null"
          }
        ],
        "description": "Why nothing is published; null while it is."
      },
      "providers": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/WatchProvider"
        },
        "description": "The providers, in the order of the chains file."
      },
      "reconciliation": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Reconciliation"
          },
          {
            "type": "null"
          }
        ],
        "description": "How balances on chain are compared with the books; null of watchers that do not compare any."
      }
    },
    "required": [
      "since",
      "newestBlockAt",
      "secondsLeft",
      "rescans",
      "gapCheck",
      "blocksInQuarantine",
      "gaps",
      "reorgs",
      "alarms",
      "unpublished",
      "providers",
      "reconciliation"
    ]
  },
  "ChainWatch": {
    "type": "object",
    "description": "How a chain is watched, by the last report of its watcher.",
    "properties": {
      "chain": {
        "type": "string",
        "maxLength": 41,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "name": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "Its name, such as `Ethereum`; null if it is not configured here.",
        "example": "Ethereum"
      },
      "state": {
        "type": "string",
        "enum": [
          "unwatched",
          "catching-up",
          "following",
          "stalled",
          "paused",
          "silent"
        ],
        "description": "The state of its watcher."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "The reason for the state; null if there is none."
      },
      "standsStill": {
        "type": "boolean",
        "description": "Whether it is stalled, or no longer reports."
      },
      "latest": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The newest block of the node; null without a watcher."
      },
      "matched": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Every block up to this one was matched; null without a watcher."
      },
      "finalized": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The highest irreversible block; null while unknown."
      },
      "lag": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Blocks still to match; null without a watcher."
      },
      "addressesThrough": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "Every address minted up to this position of the event log is watched; null while unknown."
      },
      "observedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When the watcher reported this; null without a watcher."
      },
      "problems": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "A sentence for each thing that is wrong; empty when all is well."
      },
      "warnings": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "What an operator should know although nothing is stalled by it, in sentences that say what to do."
      },
      "quarantine": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/QuarantinedBlock"
        },
        "description": "The lowest blocks that could not be proven whole, at most 20."
      },
      "watch": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/WatchDetails"
          },
          {
            "type": "null"
          }
        ],
        "description": "How the watcher works; null without a watcher, or with one of an older version."
      }
    },
    "required": [
      "chain",
      "name",
      "state",
      "detail",
      "standsStill",
      "latest",
      "matched",
      "finalized",
      "lag",
      "addressesThrough",
      "observedAt",
      "problems",
      "warnings",
      "quarantine",
      "watch"
    ]
  },
  "ChainWatchList": {
    "type": "object",
    "description": "How the chains are watched.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ChainWatch"
        },
        "description": "Those that the chains file connects to nodes, then others that a watcher has reported."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "AuditRun": {
    "type": "object",
    "description": "A replay or a rebuild, as far as it is recorded. Every run begins at the start of the event log. A replay that ended without keeping its tables leaves no record.",
    "properties": {
      "id": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 40,
        "description": "Of the certificate of a rebuild, or what `replay --resume` takes; null while a rebuild has not ended."
      },
      "kind": {
        "type": "string",
        "enum": [
          "replay",
          "rebuild"
        ],
        "description": "What it does."
      },
      "state": {
        "type": "string",
        "enum": [
          "running",
          "interrupted",
          "kept",
          "swapped",
          "differs",
          "rolled-back"
        ],
        "description": "How far it is."
      },
      "readModels": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "The read models of a rebuild that has ended."
      },
      "position": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "How far it has come in the event log; of a rebuild that has ended, where every row was compared. Null if the service may not read it."
      },
      "servedFrom": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "From here on the new tables are live; null if they are not."
      },
      "stateHash": {
        "type": [
          "string",
          "null"
        ],
        "description": "The state hash of the certificate; null while there is none."
      },
      "differences": {
        "type": [
          "string",
          "null"
        ],
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "How many rows differ from the live tables; null before the comparison."
      },
      "actor": {
        "type": [
          "string",
          "null"
        ],
        "description": "Who requested the rebuild; null before its end."
      },
      "startedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When a rebuild that has ended was started."
      },
      "finishedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it ended."
      }
    },
    "required": [
      "id",
      "kind",
      "state",
      "readModels",
      "position",
      "servedFrom",
      "stateHash",
      "differences",
      "actor",
      "startedAt",
      "finishedAt"
    ]
  },
  "AuditRunList": {
    "type": "object",
    "description": "The audit runs.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/AuditRun"
        },
        "description": "Those whose tables exist now, then those that have ended, newest first."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "ParkedKey": {
    "type": "object",
    "description": "A key of a topic whose messages wait, because one of them cannot be handled as it is.",
    "properties": {
      "topic": {
        "type": "string",
        "description": "The topic, such as `daybook.transfer.v1`.",
        "example": "daybook.transfer.v1"
      },
      "group": {
        "type": "string",
        "description": "The consumer group, such as `ledger`.",
        "example": "ledger"
      },
      "key": {
        "type": "string",
        "description": "The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.",
        "example": "eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d"
      },
      "messages": {
        "type": "integer",
        "minimum": 0,
        "description": "How many messages wait."
      },
      "since": {
        "type": "string",
        "format": "date-time",
        "description": "Since when the first of them waits."
      },
      "reason": {
        "type": "string",
        "description": "Why the first of them could not be handled."
      }
    },
    "required": [
      "topic",
      "group",
      "key",
      "messages",
      "since",
      "reason"
    ]
  },
  "ParkedKeyList": {
    "type": "object",
    "description": "The parked keys.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/ParkedKey"
        },
        "description": "By topic and group, the longest first."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "ParkedKeyRetryAnswer": {
    "type": "object",
    "description": "What is tried again.",
    "properties": {
      "topic": {
        "type": "string",
        "description": "The topic, such as `daybook.transfer.v1`.",
        "example": "daybook.transfer.v1"
      },
      "group": {
        "type": "string",
        "description": "The consumer group, such as `ledger`.",
        "example": "ledger"
      },
      "key": {
        "type": "string",
        "description": "The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.",
        "example": "eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d"
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "topic",
      "group",
      "key",
      "position"
    ]
  },
  "Operator": {
    "type": "object",
    "description": "A person or script that runs Daybook.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the operator."
      },
      "name": {
        "type": "string",
        "maxLength": 100,
        "description": "The name of the operator."
      }
    },
    "required": [
      "id",
      "name"
    ]
  },
  "OperatorList": {
    "type": "object",
    "description": "The operators.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Operator"
        },
        "description": "In the order of their names."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Null: the list is complete."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "OperatorAnswer": {
    "type": "object",
    "description": "A person or script that runs Daybook.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the operator."
      },
      "name": {
        "type": "string",
        "maxLength": 100,
        "description": "The name of the operator."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "name",
      "position"
    ]
  },
  "Outflow": {
    "type": "object",
    "description": "The record of what left a purse.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the outflow."
      },
      "customerId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the customer who owns the purse."
      },
      "purseId": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the purse."
      },
      "use": {
        "type": "string",
        "enum": [
          "sweep",
          "internal",
          "network-fee",
          "unplanned"
        ],
        "description": "What it is."
      },
      "status": {
        "type": "string",
        "enum": [
          "detected",
          "booked",
          "reverted",
          "rejected"
        ],
        "description": "The status."
      },
      "money": {
        "$ref": "#/components/schemas/Money",
        "description": "The amount that the chain shows."
      },
      "netted": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Money"
          },
          {
            "type": "null"
          }
        ],
        "description": "How much of the amount arrived at the purse again in the same transaction: it counts less by this. Null when nothing did."
      },
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "txHash": {
        "type": "string",
        "maxLength": 128,
        "description": "Hash of the transaction."
      },
      "ordinal": {
        "type": "string",
        "maxLength": 64,
        "description": "The movement within its transaction: `<kind>:<number>`, such as `log:0`; `fee:0` is its fee.",
        "example": "log:0"
      },
      "from": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the purse."
      },
      "to": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Address of the receiver; null for a fee."
      },
      "block": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Block"
          },
          {
            "type": "null"
          }
        ],
        "description": "Null while no block includes it."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "Why it moved nothing; else null."
      },
      "finality": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "The finality policy that was applied, such as `depth:12`; null before.",
        "example": "depth:12"
      },
      "createdAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was first recorded."
      },
      "updatedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it last changed."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position of its last event."
      }
    },
    "required": [
      "id",
      "customerId",
      "purseId",
      "use",
      "status",
      "money",
      "netted",
      "chain",
      "txHash",
      "ordinal",
      "from",
      "to",
      "block",
      "reason",
      "finality",
      "createdAt",
      "updatedAt",
      "position"
    ]
  },
  "OutflowList": {
    "type": "object",
    "description": "A page of outflows.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Outflow"
        },
        "description": "From the newest to the oldest."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  },
  "TransactionBlock": {
    "type": "object",
    "description": "The block that includes a transaction.",
    "properties": {
      "number": {
        "type": "integer",
        "minimum": 0,
        "description": "Its height."
      },
      "hash": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Its hash; null while its content is not proven."
      },
      "time": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "The time in its header; null while its content is not proven."
      }
    },
    "required": [
      "number",
      "hash",
      "time"
    ]
  },
  "Movement": {
    "type": "object",
    "description": "One movement of one asset within a transaction.",
    "properties": {
      "ordinal": {
        "type": "string",
        "maxLength": 200,
        "description": "The movement within the transaction: `<kind>:<number>`, such as `log:0`.",
        "example": "log:0"
      },
      "direction": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "in",
          "out",
          "internal",
          null
        ],
        "description": "How it concerns you; null if neither address is a purse of yours."
      },
      "money": {
        "$ref": "#/components/schemas/Money",
        "description": "What was moved."
      },
      "from": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the sender."
      },
      "to": {
        "type": "string",
        "maxLength": 128,
        "description": "Address of the recipient."
      },
      "purseId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "Id of your purse that receives it; null if there is none."
      },
      "fromPurseId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "Id of your purse that it leaves; null if there is none."
      },
      "replenishmentId": {
        "type": [
          "string",
          "null"
        ],
        "format": "uuid",
        "description": "Id of the replenishment; null while there is none."
      },
      "replenishmentStatus": {
        "type": [
          "string",
          "null"
        ],
        "enum": [
          "seen",
          "detected",
          "screening",
          "confirmed",
          "declined",
          "reverted",
          "dropped",
          "rejected",
          "voided",
          "held",
          null
        ],
        "description": "Its status; null while there is none."
      },
      "reason": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 64,
        "description": "Why it is no replenishment, such as `not-yours`, or the reason that the replenishment has; null if it has none.",
        "example": "not-yours"
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "The reason in a sentence; null without a reason."
      },
      "confirmations": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Confirmations"
          },
          {
            "type": "null"
          }
        ],
        "description": "How many confirmations it has, and how many its asset needs; null while no block includes it."
      }
    },
    "required": [
      "ordinal",
      "direction",
      "money",
      "from",
      "to",
      "purseId",
      "fromPurseId",
      "replenishmentId",
      "replenishmentStatus",
      "reason",
      "detail",
      "confirmations"
    ]
  },
  "Transaction": {
    "type": "object",
    "description": "A transaction as its chain shows it, and what became of each movement.",
    "properties": {
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "hash": {
        "type": "string",
        "maxLength": 128,
        "description": "Its hash, in the form that the chain's family has."
      },
      "status": {
        "type": "string",
        "enum": [
          "included",
          "failed",
          "pending",
          "unknown",
          "unanswered"
        ],
        "description": "What the chain shows."
      },
      "detail": {
        "type": [
          "string",
          "null"
        ],
        "description": "More about the status; null if there is nothing to say."
      },
      "block": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/TransactionBlock"
          },
          {
            "type": "null"
          }
        ],
        "description": "The block that includes it; null while none does."
      },
      "confirmations": {
        "oneOf": [
          {
            "$ref": "#/components/schemas/Confirmations"
          },
          {
            "type": "null"
          }
        ],
        "description": "How many confirmations it has, and how many the chain asks for; null while no block includes it."
      },
      "movements": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/Movement"
        },
        "description": "Every movement in it, in the order of the chain."
      },
      "movementsLeft": {
        "type": "integer",
        "minimum": 0,
        "description": "How many more it has than are listed: after the first thousand."
      },
      "retryAfterSeconds": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "maximum": 3600,
        "description": "After how many seconds a complete answer may be had; null if this one is complete. Over REST such an answer has the status 202."
      }
    },
    "required": [
      "chain",
      "hash",
      "status",
      "detail",
      "block",
      "confirmations",
      "movements",
      "movementsLeft",
      "retryAfterSeconds"
    ]
  },
  "TransactionRescanAnswer": {
    "type": "object",
    "description": "A request to match the block of a transaction again.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the rescan."
      },
      "chain": {
        "type": "string",
        "maxLength": 64,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "hash": {
        "type": "string",
        "maxLength": 128,
        "description": "The hash of the transaction."
      },
      "state": {
        "type": "string",
        "enum": [
          "waiting",
          "running",
          "done",
          "refused",
          "cancelled"
        ],
        "description": "Its progress."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log."
      }
    },
    "required": [
      "id",
      "chain",
      "hash",
      "state",
      "position"
    ]
  },
  "WatchRequestAnswer": {
    "type": "object",
    "description": "A request of an operator to the watcher of a chain, and its progress.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the watch request."
      },
      "chain": {
        "type": "string",
        "maxLength": 41,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "kind": {
        "type": "string",
        "enum": [
          "rescan",
          "reset-ring",
          "report-again",
          "ask-block",
          "accept-block",
          "skip-block",
          "pause",
          "resume"
        ],
        "description": "What was requested."
      },
      "state": {
        "type": "string",
        "enum": [
          "waiting",
          "running",
          "done",
          "refused",
          "cancelled"
        ],
        "description": "Its progress. One that is cancelled too late becomes `done`."
      },
      "fromBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The first block; null until the watcher has found it."
      },
      "toBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The last block; null until the watcher has found it."
      },
      "blocksLeft": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Null while unknown."
      },
      "found": {
        "type": "integer",
        "minimum": 0,
        "description": "Transfers to our addresses in the blocks that were matched so far."
      },
      "versions": {
        "type": "integer",
        "minimum": 0,
        "description": "New versions of transfers that it led to: found, or taken back by a reset."
      },
      "refusal": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why the watcher refused it; null if it did not."
      },
      "reason": {
        "type": "string",
        "maxLength": 500,
        "description": "Why it was requested."
      },
      "requestedBy": {
        "type": "string",
        "description": "The operator who requested it."
      },
      "requestedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was requested."
      },
      "endedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it ended; null while it is open."
      },
      "reportedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When its watcher last reported on it; null while no watcher has taken it."
      },
      "transaction": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "The transaction whose block is matched again; null if blocks were named."
      },
      "position": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "example": "42",
        "description": "The position in the event log. Pass it as `minPosition` to read your write."
      }
    },
    "required": [
      "id",
      "chain",
      "kind",
      "state",
      "fromBlock",
      "toBlock",
      "blocksLeft",
      "found",
      "versions",
      "refusal",
      "reason",
      "requestedBy",
      "requestedAt",
      "endedAt",
      "reportedAt",
      "transaction",
      "position"
    ]
  },
  "WatchRequest": {
    "type": "object",
    "description": "A request of an operator to the watcher of a chain, and its progress.",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the watch request."
      },
      "chain": {
        "type": "string",
        "maxLength": 41,
        "description": "CAIP-2 id of the chain, such as `eip155:1`.",
        "example": "eip155:1"
      },
      "kind": {
        "type": "string",
        "enum": [
          "rescan",
          "reset-ring",
          "report-again",
          "ask-block",
          "accept-block",
          "skip-block",
          "pause",
          "resume"
        ],
        "description": "What was requested."
      },
      "state": {
        "type": "string",
        "enum": [
          "waiting",
          "running",
          "done",
          "refused",
          "cancelled"
        ],
        "description": "Its progress. One that is cancelled too late becomes `done`."
      },
      "fromBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The first block; null until the watcher has found it."
      },
      "toBlock": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "The last block; null until the watcher has found it."
      },
      "blocksLeft": {
        "type": [
          "integer",
          "null"
        ],
        "minimum": 0,
        "description": "Null while unknown."
      },
      "found": {
        "type": "integer",
        "minimum": 0,
        "description": "Transfers to our addresses in the blocks that were matched so far."
      },
      "versions": {
        "type": "integer",
        "minimum": 0,
        "description": "New versions of transfers that it led to: found, or taken back by a reset."
      },
      "refusal": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why the watcher refused it; null if it did not."
      },
      "reason": {
        "type": "string",
        "maxLength": 500,
        "description": "Why it was requested."
      },
      "requestedBy": {
        "type": "string",
        "description": "The operator who requested it."
      },
      "requestedAt": {
        "type": "string",
        "format": "date-time",
        "description": "When it was requested."
      },
      "endedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When it ended; null while it is open."
      },
      "reportedAt": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time",
        "description": "When its watcher last reported on it; null while no watcher has taken it."
      },
      "transaction": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "The transaction whose block is matched again; null if blocks were named."
      }
    },
    "required": [
      "id",
      "chain",
      "kind",
      "state",
      "fromBlock",
      "toBlock",
      "blocksLeft",
      "found",
      "versions",
      "refusal",
      "reason",
      "requestedBy",
      "requestedAt",
      "endedAt",
      "reportedAt",
      "transaction"
    ]
  },
  "WatchRequestList": {
    "type": "object",
    "description": "A page of requests.",
    "properties": {
      "data": {
        "type": "array",
        "items": {
          "$ref": "#/components/schemas/WatchRequest"
        },
        "description": "Newest first."
      },
      "nextCursor": {
        "type": [
          "string",
          "null"
        ],
        "maxLength": 128,
        "description": "Pass it as `cursor` for the next page; null on the last page."
      }
    },
    "required": [
      "data",
      "nextCursor"
    ]
  }
};
