// Written by generate-rest.mjs from the OpenAPI document.

export interface paths {
    readonly "/v1/accounts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List accounts */
        readonly get: operations["listAccounts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/accounts/{accountId}/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List API keys of an account */
        readonly get: operations["listApiKeys"];
        readonly put?: never;
        /** @description Issue an API key of an account */
        readonly post: operations["issueApiKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/accounts/{accountId}/keys/{keyId}/revoke": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Revoke an API key of an account, for ever */
        readonly post: operations["revokeApiKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/accounts/{accountId}/policy": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Change after how many days the purses of an account expire */
        readonly post: operations["changeAccountPolicy"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List assets that are credited */
        readonly get: operations["listAssets"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/chains": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List chains: what is watched, and how far */
        readonly get: operations["listChains"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/chains/{chain}/transactions/{hash}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Look up a transaction */
        readonly get: operations["getTransaction"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/chains/{chain}/transactions/{hash}/rescan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Match the block of a transaction again */
        readonly post: operations["rescanTransaction"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List customers */
        readonly get: operations["listCustomers"];
        readonly put?: never;
        /** @description Create a customer, or return the one with this external id */
        readonly post: operations["createCustomer"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a customer */
        readonly get: operations["getCustomer"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** @description Change the description of a customer */
        readonly patch: operations["updateCustomer"];
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/balances": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List balances of a customer */
        readonly get: operations["getCustomerBalances"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/block": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Block a customer: from now on receipts are credited to the account */
        readonly post: operations["blockCustomer"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/purses": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List purses of a customer */
        readonly get: operations["listCustomerPurses"];
        readonly put?: never;
        /** @description Mint a purse for a customer, or return the one that exists */
        readonly post: operations["mintPurse"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/throughput": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List what a customer has ever received */
        readonly get: operations["getCustomerThroughput"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/unblock": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Unblock a customer: from now on receipts are credited to the customer again */
        readonly post: operations["unblockCustomer"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List events of the account, in the order of the log */
        readonly get: operations["listEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/findings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List the findings about purses of the account */
        readonly get: operations["listFindings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/findings/{findingId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a finding about a purse of the account */
        readonly get: operations["getFinding"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/audit-runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List audit runs: the replays and rebuilds whose tables exist now, then the last 100 rebuilds that ended */
        readonly get: operations["listAuditRuns"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/chains": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List how each chain is watched: providers, reorgs, quarantine, gaps, and what to do where something is wrong */
        readonly get: operations["listChainWatches"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/findings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List the findings of all accounts */
        readonly get: operations["listAllFindings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/findings/{findingId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a finding of any account */
        readonly get: operations["getAnyFinding"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/findings/{findingId}/resolve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Resolve a finding, or have its blocks matched again */
        readonly post: operations["resolveFinding"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/negative-claims": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List the claims below zero, until they are covered */
        readonly get: operations["listNegativeClaims"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/parked-keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List parked keys */
        readonly get: operations["listParkedKeys"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/parked-keys/retry": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Try the messages of a parked key again */
        readonly post: operations["retryParkedKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/purses/{purseId}/address": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Give a purse an address of its own that was given the address of another one */
        readonly post: operations["assignAddress"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/purses/{purseId}/owner": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Confirm that a purse of which the event log lost the owner belongs to its customer */
        readonly post: operations["confirmOwner"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/replenishments/{replenishmentId}/credit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Credit a voided replenishment again, or one that is held */
        readonly post: operations["creditReplenishment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/replenishments/{replenishmentId}/void": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Void a replenishment: take its credit back */
        readonly post: operations["voidReplenishment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/status": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get the state of engines, followers, consumers, chains, reactions and books */
        readonly get: operations["getStatus"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/watch-requests": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List watch requests */
        readonly get: operations["listWatchRequests"];
        readonly put?: never;
        /** @description Request a rescan, a ring reset or a pause of a chain, or resolve a block in quarantine */
        readonly post: operations["requestWatch"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/watch-requests/{watchRequestId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a watch request */
        readonly get: operations["getWatchRequest"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operations/watch-requests/{watchRequestId}/cancel": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Cancel a watch request; what it found stays found */
        readonly post: operations["cancelWatchRequest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operators": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List operators */
        readonly get: operations["listOperators"];
        readonly put?: never;
        /** @description Add an operator, or return the one with this name */
        readonly post: operations["addOperator"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operators/{operatorId}/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List keys of an operator */
        readonly get: operations["listOperatorKeys"];
        readonly put?: never;
        /** @description Issue a key of an operator */
        readonly post: operations["issueOperatorKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/operators/{operatorId}/keys/{keyId}/revoke": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Revoke a key of an operator, for ever */
        readonly post: operations["revokeOperatorKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List purses */
        readonly get: operations["listPurses"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a purse */
        readonly get: operations["getPurse"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}/archive": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Take a purse out of use; what still arrives is held in suspense */
        readonly post: operations["archivePurse"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}/balances": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List balances of a purse */
        readonly get: operations["getPurseBalances"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}/outflows": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List what left a purse: sweeps, movements to other purses of the account, network fees, and what nobody planned */
        readonly get: operations["listPurseOutflows"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Put an archived purse back into use */
        readonly post: operations["restorePurse"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purses/{purseId}/throughput": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List what a purse has ever received */
        readonly get: operations["getPurseThroughput"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/replenishments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description List replenishments */
        readonly get: operations["listReplenishments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/replenishments/{replenishmentId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Get a replenishment */
        readonly get: operations["getReplenishment"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An account, with the policy that operators set. */
        readonly Account: {
            /**
             * Format: uuid
             * @description Id of the account.
             */
            readonly id: string;
            /** @description Its name. */
            readonly name: string;
            /** @description Days after the last confirmed receipt after which a purse expires; null for never. */
            readonly purseIdleDays: number | null;
            /** @description Days after which a purse without any confirmed receipt expires; null for never. */
            readonly purseUnusedDays: number | null;
        };
        /** @description An account, with the policy that operators set. */
        readonly AccountAnswer: {
            /**
             * Format: uuid
             * @description Id of the account.
             */
            readonly id: string;
            /** @description Its name. */
            readonly name: string;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /** @description Days after the last confirmed receipt after which a purse expires; null for never. */
            readonly purseIdleDays: number | null;
            /** @description Days after which a purse without any confirmed receipt expires; null for never. */
            readonly purseUnusedDays: number | null;
        };
        /** @description The accounts. */
        readonly AccountList: {
            /** @description In the order of their ids. */
            readonly data: readonly components["schemas"]["Account"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        readonly AddOperatorBody: {
            /**
             * @description The name of the operator, such as `Night shift`: 1 to 100 characters. It never changes.
             * @example Night shift
             */
            readonly name: string;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description What could not be proven of a block. */
        readonly Alarm: {
            /**
             * Format: date-time
             * @description When it was matched.
             */
            readonly at: string;
            /** @description Its number. */
            readonly block: number;
            /** @description Its hash. */
            readonly hash: string;
            /** @description What could not be proven, and what to do. */
            readonly sentence: string;
        };
        /** @description Blocks of which less was proven than the rule of the chain asks for, such as after an unknown fork. */
        readonly Alarms: {
            /** @description How many there were. A block that is matched again counts again. */
            readonly count: number;
            /** @description The last one. */
            readonly last: components["schemas"]["Alarm"] | null;
        };
        /** @description A key that was issued; the key itself is not kept. */
        readonly ApiKey: {
            /**
             * Format: date-time
             * @description It is not valid from this time on; null if it does not expire.
             */
            readonly expiresAt: string | null;
            /**
             * Format: date-time
             * @description When it was issued.
             */
            readonly issuedAt: string;
            /** @description The public part of the key. */
            readonly keyId: string;
            /** @description A name for its owner; null if it has no name. */
            readonly name: string | null;
            /** @description Why it was revoked; null if it was not. */
            readonly reason: string | null;
            /**
             * Format: date-time
             * @description When it was revoked; null if it was not.
             */
            readonly revokedAt: string | null;
            /**
             * @description What it may do: `read`, `write`, or scopes such as `purses:read`.
             * @example [
             *       "purses:read"
             *     ]
             */
            readonly scopes: readonly string[];
            /**
             * @description Whether it is valid, and why not.
             * @enum {string}
             */
            readonly status: "active" | "expired" | "revoked";
        };
        /** @description A key that was issued; the key itself is not kept. */
        readonly ApiKeyAnswer: {
            /**
             * Format: date-time
             * @description It is not valid from this time on; null if it does not expire.
             */
            readonly expiresAt: string | null;
            /**
             * Format: date-time
             * @description When it was issued.
             */
            readonly issuedAt: string;
            /** @description The public part of the key. */
            readonly keyId: string;
            /** @description A name for its owner; null if it has no name. */
            readonly name: string | null;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /** @description Why it was revoked; null if it was not. */
            readonly reason: string | null;
            /**
             * Format: date-time
             * @description When it was revoked; null if it was not.
             */
            readonly revokedAt: string | null;
            /**
             * @description What it may do: `read`, `write`, or scopes such as `purses:read`.
             * @example [
             *       "purses:read"
             *     ]
             */
            readonly scopes: readonly string[];
            /**
             * @description Whether it is valid, and why not.
             * @enum {string}
             */
            readonly status: "active" | "expired" | "revoked";
        };
        /** @description Keys, without their secrets. */
        readonly ApiKeyList: {
            /** @description In the order of issue, including revoked ones. */
            readonly data: readonly components["schemas"]["ApiKey"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        readonly ArchivePurseBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description An asset that Daybook credits. */
        readonly Asset: {
            /**
             * @description CAIP-19 id, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`.
             * @example eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7
             */
            readonly asset: string;
            /** @description A larger transfer is final only when a second provider has confirmed its block; null without such a limit. */
            readonly band: components["schemas"]["Money"] | null;
            /**
             * @description CAIP-2 id of its chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description The token's contract; null for the coin of the chain itself. */
            readonly contract: string | null;
            /**
             * @description Short code, such as `USDT_ETH`.
             * @example USDT_ETH
             */
            readonly currency: string;
            /** @description How many digits of its base units follow the decimal point. */
            readonly decimals: number;
            /**
             * @description When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.
             * @example tag:finalized
             */
            readonly finality: string;
            /** @description The smallest transfer that is credited alone. Smaller ones are held until they add up to it. */
            readonly minimum: components["schemas"]["Money"];
        };
        /** @description The assets. */
        readonly AssetList: {
            /** @description In the order of the registry. */
            readonly data: readonly components["schemas"]["Asset"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        readonly AssignAddressBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description Your own name for the act, 1 to 128 characters, such as `case-1744`. A repeat with the same reference changes nothing.
             * @example case-1744
             */
            readonly reference: string;
        };
        /** @description A replay or a rebuild, as far as it is recorded. Every run begins at the start of the event log. A replay that ended without keeping its tables leaves no record. */
        readonly AuditRun: {
            /** @description Who requested the rebuild; null before its end. */
            readonly actor: string | null;
            /**
             * @description How many rows differ from the live tables; null before the comparison.
             * @example 42
             */
            readonly differences: string | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            readonly finishedAt: string | null;
            /** @description Of the certificate of a rebuild, or what `replay --resume` takes; null while a rebuild has not ended. */
            readonly id: string | null;
            /**
             * @description What it does.
             * @enum {string}
             */
            readonly kind: "replay" | "rebuild";
            /**
             * @description How far it has come in the event log; of a rebuild that has ended, where every row was compared. Null if the service may not read it.
             * @example 42
             */
            readonly position: string | null;
            /** @description The read models of a rebuild that has ended. */
            readonly readModels: readonly string[];
            /**
             * @description From here on the new tables are live; null if they are not.
             * @example 42
             */
            readonly servedFrom: string | null;
            /**
             * Format: date-time
             * @description When a rebuild that has ended was started.
             */
            readonly startedAt: string | null;
            /**
             * @description How far it is.
             * @enum {string}
             */
            readonly state: "running" | "interrupted" | "kept" | "swapped" | "differs" | "rolled-back";
            /** @description The state hash of the certificate; null while there is none. */
            readonly stateHash: string | null;
        };
        /** @description The audit runs. */
        readonly AuditRunList: {
            /** @description Those whose tables exist now, then those that have ended, newest first. */
            readonly data: readonly components["schemas"]["AuditRun"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description The balance of one asset. */
        readonly Balance: {
            /** @description The account's claim: receipts while the customer was blocked. */
            readonly accountClaim: components["schemas"]["Money"];
            /** @description CAIP-19 id of the asset. */
            readonly asset: string;
            /** @description The customer's claim: what Daybook owes the customer. */
            readonly claim: components["schemas"]["Money"];
            /** @description The coins on purse addresses. */
            readonly custody: components["schemas"]["Money"];
            /** @description Held in suspense until it is resolved. */
            readonly suspense: components["schemas"]["Money"];
        };
        /** @description Balances at one moment. */
        readonly BalanceList: {
            /**
             * @description The position that the figures are valid for if `asOf` was sent; null for now.
             * @example 42
             */
            readonly asOf: string | null;
            /** @description One entry per asset ever received. */
            readonly data: readonly components["schemas"]["Balance"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description The block that includes a transfer. */
        readonly Block: {
            /** @description Its hash. */
            readonly hash: string;
            /** @description Its height. */
            readonly number: number;
            /**
             * Format: date-time
             * @description The time in its header.
             */
            readonly time: string;
        };
        readonly BlockCustomerBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description Blocks that follow each other. */
        readonly BlockRange: {
            /** @description The first. */
            readonly from: number;
            /** @description The last. */
            readonly to: number;
        };
        /** @description Whether the rules of the books hold. */
        readonly BooksCheck: {
            /**
             * @description Every line booked since the start, up to here, was checked; null when the books are checked by another process.
             * @example 42
             */
            readonly checkedPosition: string | null;
            /** @description How many rules are broken now. */
            readonly violationCount: number;
            /** @description The first of them. */
            readonly violations: readonly components["schemas"]["Violation"][];
        };
        readonly CancelWatchRequestBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description A chain, and the last report of its watcher. */
        readonly Chain: {
            /**
             * @description Every address minted up to this position of the event log is watched; null while unknown.
             * @example 42
             */
            readonly addressesThrough: string | null;
            /**
             * @description CAIP-2 id, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description More about the state; null if there is nothing to say. Operators see what stalls a chain. */
            readonly detail: string | null;
            /**
             * @description Its address family.
             * @enum {string}
             */
            readonly family: "evm" | "tron";
            /**
             * @description When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.
             * @example tag:finalized
             */
            readonly finality: string;
            /** @description The highest irreversible block; null while unknown. */
            readonly finalized: number | null;
            /** @description Blocks still to match; null without a watcher. */
            readonly lag: number | null;
            /** @description The newest block of the node; null without a watcher. */
            readonly latest: number | null;
            /** @description Every block up to this one was matched; null without a watcher. */
            readonly matched: number | null;
            /** @description No transfer is credited below this; null if there is no such limit. */
            readonly minimumFinality: string | null;
            /**
             * @description Its name, such as `Ethereum`.
             * @example Ethereum
             */
            readonly name: string;
            /**
             * Format: date-time
             * @description When the watcher reported this; null without a watcher.
             */
            readonly observedAt: string | null;
            /**
             * @description The state of its watcher.
             * @enum {string}
             */
            readonly state: "unwatched" | "catching-up" | "following" | "stalled" | "paused" | "silent";
            /**
             * @description What is reported of a transfer besides the policy by which it is credited, such as `depth:12`.
             * @example [
             *       "depth:12"
             *     ]
             */
            readonly thresholds: readonly string[];
        };
        /** @description The chains. */
        readonly ChainList: {
            /** @description In the order of the registry. */
            readonly data: readonly components["schemas"]["Chain"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description How a chain is watched, by the last report of its watcher. */
        readonly ChainWatch: {
            /**
             * @description Every address minted up to this position of the event log is watched; null while unknown.
             * @example 42
             */
            readonly addressesThrough: string | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description The reason for the state; null if there is none. */
            readonly detail: string | null;
            /** @description The highest irreversible block; null while unknown. */
            readonly finalized: number | null;
            /** @description Blocks still to match; null without a watcher. */
            readonly lag: number | null;
            /** @description The newest block of the node; null without a watcher. */
            readonly latest: number | null;
            /** @description Every block up to this one was matched; null without a watcher. */
            readonly matched: number | null;
            /**
             * @description Its name, such as `Ethereum`; null if it is not configured here.
             * @example Ethereum
             */
            readonly name: string | null;
            /**
             * Format: date-time
             * @description When the watcher reported this; null without a watcher.
             */
            readonly observedAt: string | null;
            /** @description A sentence for each thing that is wrong; empty when all is well. */
            readonly problems: readonly string[];
            /** @description The lowest blocks that could not be proven whole, at most 20. */
            readonly quarantine: readonly components["schemas"]["QuarantinedBlock"][];
            /** @description Whether it is stalled, or no longer reports. */
            readonly standsStill: boolean;
            /**
             * @description The state of its watcher.
             * @enum {string}
             */
            readonly state: "unwatched" | "catching-up" | "following" | "stalled" | "paused" | "silent";
            /** @description What an operator should know although nothing is stalled by it, in sentences that say what to do. */
            readonly warnings: readonly string[];
            /** @description How the watcher works; null without a watcher, or with one of an older version. */
            readonly watch: components["schemas"]["WatchDetails"] | null;
        };
        /** @description How the chains are watched. */
        readonly ChainWatchList: {
            /** @description Those that the chains file connects to nodes, then others that a watcher has reported. */
            readonly data: readonly components["schemas"]["ChainWatch"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        readonly ChangeAccountPolicyBody: {
            /** @description Days after the last confirmed receipt after which a purse expires, 1 to 3650; absent for never. */
            readonly purseIdleDays?: number;
            /** @description Days after which a purse without any confirmed receipt expires, 1 to 3650; absent for never. */
            readonly purseUnusedDays?: number;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description Differences between the clocks of the process that answers, of the database and of the event log. */
        readonly Clocks: {
            /** @description Whether all of them differ by less than a minute. */
            readonly agree: boolean;
            /** @description How far the clock of the database is ahead of that of the process that answers, in milliseconds. */
            readonly databaseAheadMs: number;
            /** @description How far the engine of the event log was ahead of the writer of the last event when it recorded it, in milliseconds. Null where the log is in PostgreSQL, whose clock is that of the database. */
            readonly eventLogAheadMs: number | null;
        };
        /** @description How far a transfer is from being final. */
        readonly Confirmations: {
            /** @description The blocks from the one that includes it up to the newest one. */
            readonly current: number;
            /**
             * @description What it waits for: `depth:<blocks>` or `tag:<tag>`, such as `tag:finalized`.
             * @example tag:finalized
             */
            readonly policy: string;
            /** @description How many it needs; null if it waits for a tag of the chain instead. */
            readonly required: number | null;
        };
        readonly ConfirmOwnerBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description Your own name for the act, 1 to 128 characters, such as `case-1745`. A repeat with the same reference changes nothing.
             * @example case-1745
             */
            readonly reference: string;
        };
        /** @description A consumer group of the durable log. */
        readonly ConsumerState: {
            /** @description Why, when the consumer runs in the process that answers. */
            readonly detail: string | null;
            /** @description The group. */
            readonly group: string;
            /**
             * @description Messages that wait; null where only another process knows.
             * @example 42
             */
            readonly lag: string | null;
            /** @description Keys that wait until an operator asks to retry them. */
            readonly parkedKeys: number;
            /** @description 0 while nothing waits; null where only another process knows. */
            readonly secondsSinceProgress: number | null;
            /** @description Whether it makes no progress though something waits. */
            readonly standsStill: boolean;
            /** @description The topic. */
            readonly topic: string;
        };
        readonly CreateCustomerBody: {
            /** @description Free text for your own use, up to 500 characters. Ignored if the customer exists. */
            readonly description?: string | null;
            /**
             * @description Your own id of the customer, such as `user-42`: 1 to 128 visible ASCII characters.
             * @example user-42
             */
            readonly externalId: string;
            /** @description The families to mint purses of in the same call, each once. */
            readonly families?: readonly ("evm" | "tron")[];
        };
        /** @description The customer and the purses of the requested families. */
        readonly CreatedCustomerAnswer: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            readonly createdAt: string;
            /** @description Free text for your own use; null if there is none. */
            readonly description: string | null;
            /**
             * @description Your own id of the customer, such as `user-42`.
             * @example user-42
             */
            readonly externalId: string;
            /**
             * Format: uuid
             * @description Id of the customer.
             */
            readonly id: string;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /** @description In the order of the requested families. */
            readonly purses: readonly components["schemas"]["Purse"][];
            /**
             * @description What a blocked customer receives is credited to the account; the addresses stay active.
             * @enum {string}
             */
            readonly status: "ACTIVE" | "BLOCKED";
        };
        readonly CreditReplenishmentBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description Your own name for the act, 1 to 128 characters, such as `case-1743`. A repeat with the same reference changes nothing.
             * @example case-1743
             */
            readonly reference: string;
        };
        /** @description An account's end user. */
        readonly Customer: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            readonly createdAt: string;
            /** @description Free text for your own use; null if there is none. */
            readonly description: string | null;
            /**
             * @description Your own id of the customer, such as `user-42`.
             * @example user-42
             */
            readonly externalId: string;
            /**
             * Format: uuid
             * @description Id of the customer.
             */
            readonly id: string;
            /**
             * @description What a blocked customer receives is credited to the account; the addresses stay active.
             * @enum {string}
             */
            readonly status: "ACTIVE" | "BLOCKED";
        };
        /** @description An account's end user. */
        readonly CustomerAnswer: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            readonly createdAt: string;
            /** @description Free text for your own use; null if there is none. */
            readonly description: string | null;
            /**
             * @description Your own id of the customer, such as `user-42`.
             * @example user-42
             */
            readonly externalId: string;
            /**
             * Format: uuid
             * @description Id of the customer.
             */
            readonly id: string;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /**
             * @description What a blocked customer receives is credited to the account; the addresses stay active.
             * @enum {string}
             */
            readonly status: "ACTIVE" | "BLOCKED";
        };
        /** @description A page of customers. */
        readonly CustomerList: {
            /** @description From the newest to the oldest. */
            readonly data: readonly components["schemas"]["Customer"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
        /** @description An engine. */
        readonly Engine: {
            /** @description Whether it answers. */
            readonly answers: boolean;
            /** @description Why it does not answer. */
            readonly detail: string | null;
            /**
             * @description Which software it is.
             * @enum {string}
             */
            readonly kind: "postgresql" | "eventstoredb" | "kafka";
        };
        /** @description The engines that store events, messages and tables. */
        readonly Engines: {
            /** @description The read models. */
            readonly database: components["schemas"]["Engine"];
            /** @description The log between ledger and watchers. */
            readonly durableLog: components["schemas"]["Engine"];
            /** @description The log of events. */
            readonly eventLog: components["schemas"]["EventLogEngine"];
        };
        /** @description An event. */
        readonly Event: {
            /** @description The content of the event: an object whose fields depend on the type. */
            readonly data: {
                readonly [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The same id on every channel.
             */
            readonly id: string;
            /**
             * @description Its place in the event log. Events of other accounts may lie between yours.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            readonly recordedAt: string;
            /**
             * @description What the event is about, such as `customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52`.
             * @example customer/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52
             */
            readonly subject: string;
            /**
             * @description What happened, such as `ReplenishmentConfirmed`. New types may be added at any time.
             * @example ReplenishmentConfirmed
             */
            readonly type: string;
        };
        /** @description A page of events. */
        readonly EventList: {
            /** @description In the order of the event log, without gaps. */
            readonly data: readonly components["schemas"]["Event"][];
            /** @description Log and epoch in which these positions are: `<id>.<epoch>`. Store it beside your position, and send it with `after`. */
            readonly log: string;
            /**
             * @description Pass it as `after` for the next page. Null at the end of the event log: continue later after the last event you have. A page with a cursor may be empty.
             * @example 42
             */
            readonly nextCursor: string | null;
        };
        /** @description The engine of the event log. */
        readonly EventLogEngine: {
            /** @description Whether it answers. */
            readonly answers: boolean;
            /** @description Why it does not answer. */
            readonly detail: string | null;
            /** @description Grows when the log goes on after it has lost its end; null if it could not be checked. */
            readonly epoch: number | null;
            /**
             * @description The position of the last event; null if it does not answer.
             * @example 42
             */
            readonly head: string | null;
            /**
             * @description Which software it is.
             * @enum {string}
             */
            readonly kind: "postgresql" | "eventstoredb" | "kafka";
            /**
             * Format: uuid
             * @description The identity of the log, which is in it from its first event on; null if it could not be checked.
             */
            readonly logId: string | null;
            /** @description Why this log is refused: it is not the one from which the tables come, or it has lost its end. Nothing is read from it or written to it then. */
            readonly refused: string | null;
        };
        /** @description One thing that is wrong with a request, and where. */
        readonly Fault: {
            /**
             * @description Which rule is broken.
             * @example required
             */
            readonly code: string;
            /** @description What is expected. */
            readonly detail: string;
            /**
             * @description Which part of the request.
             * @enum {string}
             */
            readonly in: "body" | "query" | "path" | "header";
            /**
             * @description A JSON Pointer into the body, or the name of the parameter or header.
             * @example /externalId
             */
            readonly pointer: string;
        };
        /** @description A difference between the chain and the books. */
        readonly Finding: {
            /**
             * Format: uuid
             * @description Id of the account.
             */
            readonly accountId: string;
            /** @description Address of the purse. */
            readonly address: string;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * @description The claim to which an operator booked it; null if none did.
             * @enum {string|null}
             */
            readonly creditedTo: "customer" | "account" | null;
            /**
             * Format: uuid
             * @description Id of the customer who owns the purse.
             */
            readonly customerId: string;
            /** @description What the chain has more than the books; negative when it has less, and 0 when nobody knows. */
            readonly difference: components["schemas"]["Money"];
            /**
             * @description How it was closed; null while it is open.
             * @enum {string|null}
             */
            readonly end: "explained" | "credited" | "noted" | null;
            /** @description The first block in which the cause may lie; null when that is not known. */
            readonly fromBlock: number | null;
            /**
             * Format: uuid
             * @description Id of the finding.
             */
            readonly id: string;
            /**
             * @description What it is about.
             * @enum {string}
             */
            readonly kind: "unexplained" | "unplanned-outflow" | "unreadable";
            /**
             * Format: date-time
             * @description When it was opened, the last time.
             */
            readonly openedAt: string;
            /** @description How often it was opened. */
            readonly opening: number;
            /**
             * @description The position of its last event.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly purseId: string;
            /** @description The reason of the operator who acted last; null if none did. */
            readonly reason: string | null;
            /** @description That operator's own name for the act; null if none acted. */
            readonly reference: string | null;
            /**
             * @description Whether it is open.
             * @enum {string}
             */
            readonly status: "open" | "closed";
            /** @description The outflow, or the id of the replenishment, that it is about; null for a difference of balances. */
            readonly subject: string | null;
            /** @description The last such block; null when that is not known. */
            readonly toBlock: number | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updatedAt: string;
            /**
             * Format: uuid
             * @description The last watch request for it; null if there is none.
             */
            readonly watchRequestId: string | null;
        };
        /** @description A difference between the chain and the books. */
        readonly FindingAnswer: {
            /**
             * Format: uuid
             * @description Id of the account.
             */
            readonly accountId: string;
            /** @description Address of the purse. */
            readonly address: string;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * @description The claim to which an operator booked it; null if none did.
             * @enum {string|null}
             */
            readonly creditedTo: "customer" | "account" | null;
            /**
             * Format: uuid
             * @description Id of the customer who owns the purse.
             */
            readonly customerId: string;
            /** @description What the chain has more than the books; negative when it has less, and 0 when nobody knows. */
            readonly difference: components["schemas"]["Money"];
            /**
             * @description How it was closed; null while it is open.
             * @enum {string|null}
             */
            readonly end: "explained" | "credited" | "noted" | null;
            /** @description The first block in which the cause may lie; null when that is not known. */
            readonly fromBlock: number | null;
            /**
             * Format: uuid
             * @description Id of the finding.
             */
            readonly id: string;
            /**
             * @description What it is about.
             * @enum {string}
             */
            readonly kind: "unexplained" | "unplanned-outflow" | "unreadable";
            /**
             * Format: date-time
             * @description When it was opened, the last time.
             */
            readonly openedAt: string;
            /** @description How often it was opened. */
            readonly opening: number;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly purseId: string;
            /** @description The reason of the operator who acted last; null if none did. */
            readonly reason: string | null;
            /** @description That operator's own name for the act; null if none acted. */
            readonly reference: string | null;
            /**
             * @description Whether it is open.
             * @enum {string}
             */
            readonly status: "open" | "closed";
            /** @description The outflow, or the id of the replenishment, that it is about; null for a difference of balances. */
            readonly subject: string | null;
            /** @description The last such block; null when that is not known. */
            readonly toBlock: number | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updatedAt: string;
            /**
             * Format: uuid
             * @description The last watch request for it; null if there is none.
             */
            readonly watchRequestId: string | null;
        };
        /** @description A page of findings. */
        readonly FindingList: {
            /** @description From the newest to the oldest. */
            readonly data: readonly components["schemas"]["Finding"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
        /** @description A follower of the event log, in any process. */
        readonly FollowerState: {
            /** @description Why, when the follower runs in the process that answers. */
            readonly detail: string | null;
            /**
             * @description How far it is behind, in positions: events on PostgreSQL, bytes of the log on EventStoreDB.
             * @example 42
             */
            readonly lag: string;
            /** @description Its name. */
            readonly name: string;
            /**
             * @description Everything up to here is handled.
             * @example 42
             */
            readonly position: string;
            /** @description 0 while nothing waits. */
            readonly secondsSinceProgress: number;
            /** @description Whether it makes no progress though something waits. */
            readonly standsStill: boolean;
        };
        /** @description Whether every height of a chain was scanned, or is listed as a block in quarantine. */
        readonly GapCheck: {
            /** @description The first height that must be scanned. */
            readonly from: number;
            /** @description The lowest of them, at most 20 ranges. */
            readonly ranges: readonly components["schemas"]["BlockRange"][];
            /** @description The last final block. */
            readonly to: number;
            /** @description Heights between them that were neither scanned nor listed. */
            readonly unscanned: number;
        };
        /** @description The result of a probe. */
        readonly HealthReport: {
            /** @description Each check by its name. */
            readonly checks: {
                readonly [key: string]: {
                    readonly detail?: string;
                    /** @enum {string} */
                    readonly status: "ok" | "failing";
                };
            };
            /** @description Whether reads, commands and the watching of chains work. */
            readonly purposes?: {
                readonly [key: string]: "ok" | "failing";
            };
            /**
             * @description degraded: requests are answered, but not all, or an optional engine is unavailable.
             * @enum {string}
             */
            readonly status: "ok" | "degraded" | "failing";
        };
        /** @description What a purse held below the minimum of one asset, and was credited when it added up to the minimum. */
        readonly HeldSum: {
            /** @description The number of parts. */
            readonly count: number;
            /**
             * Format: uuid
             * @description Id of the oldest part. `ListEvents` has all parts in its event.
             */
            readonly firstReplenishmentId: string;
            /** @description What the parts add up to. */
            readonly money: components["schemas"]["Money"];
            /** @description Ids of the parts, oldest first; empty if there are more than 100. */
            readonly replenishmentIds: readonly string[];
        };
        readonly IssueApiKeyBody: {
            /**
             * Format: date-time
             * @description The key is not valid from this time on. Without it, the key does not expire.
             */
            readonly expiresAt?: string;
            /**
             * @description A name for its owner, such as `reports`: up to 100 characters.
             * @example reports
             */
            readonly name?: string;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /** @description What the key may do. `read` and `write` include every scope with that ending. */
            readonly scopes: readonly ("read" | "write" | "customers:read" | "customers:write" | "purses:read" | "purses:write" | "replenishments:read" | "replenishments:write" | "balances:read" | "chains:read" | "events:read" | "service:read")[];
        };
        /** @description The key that was issued. */
        readonly IssuedApiKeyAnswer: {
            /**
             * Format: date-time
             * @description It is not valid from this time on; null if it does not expire.
             */
            readonly expiresAt: string | null;
            /**
             * Format: date-time
             * @description When it was issued.
             */
            readonly issuedAt: string;
            /** @description The whole key. It is shown only once, because only its hash is kept; null if the request is a repeat. */
            readonly key: string | null;
            /** @description The public part of the key. */
            readonly keyId: string;
            /** @description A name for its owner; null if it has no name. */
            readonly name: string | null;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /** @description Why it was revoked; null if it was not. */
            readonly reason: string | null;
            /**
             * Format: date-time
             * @description When it was revoked; null if it was not.
             */
            readonly revokedAt: string | null;
            /**
             * @description What it may do: `read`, `write`, or scopes such as `purses:read`.
             * @example [
             *       "purses:read"
             *     ]
             */
            readonly scopes: readonly string[];
            /**
             * @description Whether it is valid, and why not.
             * @enum {string}
             */
            readonly status: "active" | "expired" | "revoked";
        };
        readonly IssueOperatorKeyBody: {
            /**
             * Format: date-time
             * @description The key is not valid from this time on. Without it, the key does not expire.
             */
            readonly expiresAt?: string;
            /**
             * @description A name for its owner, such as `reports`: up to 100 characters.
             * @example reports
             */
            readonly name?: string;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /** @description What the key may do. `read` and `write` include every scope with that ending. */
            readonly scopes: readonly ("read" | "write" | "accounts:read" | "accounts:write" | "operations:read" | "operations:write" | "service:read")[];
        };
        readonly MintPurseBody: {
            /**
             * @description A currency of the registry, such as `USDT_ETH`, instead of the family.
             * @example USDT_ETH
             */
            readonly currency?: string;
            /**
             * @description The address family, such as `evm`. One purse takes every registered asset of its family.
             * @example evm
             * @enum {string}
             */
            readonly family?: "evm" | "tron";
            /** @description Your own order id, up to 128 characters. Every replenishment of the purse has it. */
            readonly outsideOrderId?: string;
        };
        /** @description An amount and its asset. Amounts are text, because amounts in base units exceed what 64-bit numbers can hold safely in every language. */
        readonly Money: {
            /**
             * @description The amount in whole units, exact, without exponent, such as `1.5`.
             * @example 1.5
             */
            readonly amount: string;
            /**
             * @description CAIP-19 id of the asset, such as `eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7`.
             * @example eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7
             */
            readonly asset: string;
            /**
             * @description The same amount in base units, such as `1500000`.
             * @example 1500000
             */
            readonly baseUnits: string;
            /**
             * @description Short code of the asset, such as `USDT_ETH`; `UNREGISTERED` for a token that the registry does not list.
             * @example USDT_ETH
             */
            readonly currency: string;
            /** @description How many digits of the base units follow the decimal point. */
            readonly decimals: number;
        };
        /** @description One movement of one asset within a transaction. */
        readonly Movement: {
            /** @description How many confirmations it has, and how many its asset needs; null while no block includes it. */
            readonly confirmations: components["schemas"]["Confirmations"] | null;
            /** @description The reason in a sentence; null without a reason. */
            readonly detail: string | null;
            /**
             * @description How it concerns you; null if neither address is a purse of yours.
             * @enum {string|null}
             */
            readonly direction: "in" | "out" | "internal" | null;
            /** @description Address of the sender. */
            readonly from: string;
            /**
             * Format: uuid
             * @description Id of your purse that it leaves; null if there is none.
             */
            readonly fromPurseId: string | null;
            /** @description What was moved. */
            readonly money: components["schemas"]["Money"];
            /**
             * @description The movement within the transaction: `<kind>:<number>`, such as `log:0`.
             * @example log:0
             */
            readonly ordinal: string;
            /**
             * Format: uuid
             * @description Id of your purse that receives it; null if there is none.
             */
            readonly purseId: string | null;
            /**
             * @description Why it is no replenishment, such as `not-yours`, or the reason that the replenishment has; null if it has none.
             * @example not-yours
             */
            readonly reason: string | null;
            /**
             * Format: uuid
             * @description Id of the replenishment; null while there is none.
             */
            readonly replenishmentId: string | null;
            /**
             * @description Its status; null while there is none.
             * @enum {string|null}
             */
            readonly replenishmentStatus: "seen" | "detected" | "screening" | "confirmed" | "declined" | "reverted" | "dropped" | "rejected" | "voided" | "held" | null;
            /** @description Address of the recipient. */
            readonly to: string;
        };
        /** @description A claim below zero: money was taken back after it was used. */
        readonly NegativeClaim: {
            /**
             * Format: uuid
             * @description Id of the account.
             */
            readonly accountId: string;
            /** @description The claim. Its amount is negative. */
            readonly claim: components["schemas"]["Money"];
            /**
             * Format: uuid
             * @description Id of the customer; null for a claim of the account.
             */
            readonly customerId: string | null;
            /**
             * Format: uuid
             * @description Id of the purse where the account's claim is below zero; null for a claim of a customer, which is the sum over all purses.
             */
            readonly purseId: string | null;
        };
        /** @description The claims below zero. */
        readonly NegativeClaimList: {
            /** @description At most 100, the lowest id of an account first. */
            readonly data: readonly components["schemas"]["NegativeClaim"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description Differences between the chain and the books, and claims below zero. */
        readonly OpenDifferences: {
            /** @description The kinds of findings of which some are open. */
            readonly findings: readonly components["schemas"]["OpenFindings"][];
            /** @description How many claims are below zero; 100 stands for 100 or more. */
            readonly negativeClaims: number;
        };
        /** @description The open findings of one kind. */
        readonly OpenFindings: {
            /**
             * @description The kind.
             * @enum {string}
             */
            readonly kind: "unexplained" | "unplanned-outflow" | "unreadable";
            /**
             * Format: date-time
             * @description When the oldest of them was opened.
             */
            readonly oldestAt: string;
            /** @description How many are open. */
            readonly open: number;
        };
        /** @description The rescans that have not ended. */
        readonly OpenRescans: {
            /** @description How many blocks they have left. */
            readonly blocksLeft: number;
            /** @description How many there are. */
            readonly open: number;
        };
        /** @description A person or script that runs Daybook. */
        readonly Operator: {
            /**
             * Format: uuid
             * @description Id of the operator.
             */
            readonly id: string;
            /** @description The name of the operator. */
            readonly name: string;
        };
        /** @description A person or script that runs Daybook. */
        readonly OperatorAnswer: {
            /**
             * Format: uuid
             * @description Id of the operator.
             */
            readonly id: string;
            /** @description The name of the operator. */
            readonly name: string;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
        };
        /** @description The operators. */
        readonly OperatorList: {
            /** @description In the order of their names. */
            readonly data: readonly components["schemas"]["Operator"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description The record of what left a purse. */
        readonly Outflow: {
            /** @description Null while no block includes it. */
            readonly block: components["schemas"]["Block"] | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * Format: date-time
             * @description When it was first recorded.
             */
            readonly createdAt: string;
            /**
             * Format: uuid
             * @description Id of the customer who owns the purse.
             */
            readonly customerId: string;
            /**
             * @description The finality policy that was applied, such as `depth:12`; null before.
             * @example depth:12
             */
            readonly finality: string | null;
            /** @description Address of the purse. */
            readonly from: string;
            /**
             * Format: uuid
             * @description Id of the outflow.
             */
            readonly id: string;
            /** @description The amount that the chain shows. */
            readonly money: components["schemas"]["Money"];
            /** @description How much of the amount arrived at the purse again in the same transaction: it counts less by this. Null when nothing did. */
            readonly netted: components["schemas"]["Money"] | null;
            /**
             * @description The movement within its transaction: `<kind>:<number>`, such as `log:0`; `fee:0` is its fee.
             * @example log:0
             */
            readonly ordinal: string;
            /**
             * @description The position of its last event.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly purseId: string;
            /** @description Why it moved nothing; else null. */
            readonly reason: string | null;
            /**
             * @description The status.
             * @enum {string}
             */
            readonly status: "detected" | "booked" | "reverted" | "rejected";
            /** @description Address of the receiver; null for a fee. */
            readonly to: string | null;
            /** @description Hash of the transaction. */
            readonly txHash: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updatedAt: string;
            /**
             * @description What it is.
             * @enum {string}
             */
            readonly use: "sweep" | "internal" | "network-fee" | "unplanned";
        };
        /** @description A page of outflows. */
        readonly OutflowList: {
            /** @description From the newest to the oldest. */
            readonly data: readonly components["schemas"]["Outflow"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
        /** @description A key of a topic whose messages wait, because one of them cannot be handled as it is. */
        readonly ParkedKey: {
            /**
             * @description The consumer group, such as `ledger`.
             * @example ledger
             */
            readonly group: string;
            /**
             * @description The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.
             * @example eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d
             */
            readonly key: string;
            /** @description How many messages wait. */
            readonly messages: number;
            /** @description Why the first of them could not be handled. */
            readonly reason: string;
            /**
             * Format: date-time
             * @description Since when the first of them waits.
             */
            readonly since: string;
            /**
             * @description The topic, such as `daybook.transfer.v1`.
             * @example daybook.transfer.v1
             */
            readonly topic: string;
        };
        /** @description The parked keys. */
        readonly ParkedKeyList: {
            /** @description By topic and group, the longest first. */
            readonly data: readonly components["schemas"]["ParkedKey"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description What is tried again. */
        readonly ParkedKeyRetryAnswer: {
            /**
             * @description The consumer group, such as `ledger`.
             * @example ledger
             */
            readonly group: string;
            /**
             * @description The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.
             * @example eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d
             */
            readonly key: string;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /**
             * @description The topic, such as `daybook.transfer.v1`.
             * @example daybook.transfer.v1
             */
            readonly topic: string;
        };
        /** @description Why a request failed (RFC 9457). */
        readonly Problem: {
            /** @description With `not-ready`: what each check of the probe found. */
            readonly checks?: {
                readonly [key: string]: Record<string, never>;
            };
            /**
             * @description Stable; `docs/errors.md` says what to do about each.
             * @example customer-not-found
             * @enum {string}
             */
            readonly code: "invalid-external-id" | "invalid-description" | "invalid-reason" | "invalid-reference" | "invalid-address" | "invalid-expiry" | "account-not-found" | "api-key-exists" | "api-key-not-found" | "operator-not-found" | "chain-unknown" | "watch-request-invalid" | "watch-request-not-found" | "watch-request-ended" | "key-not-parked" | "customer-not-found" | "purse-not-found" | "purse-declined" | "address-conflict" | "purse-unowned" | "purse-has-owner" | "address-not-shared" | "family-not-available" | "replenishment-not-found" | "replenishment-not-screening" | "reference-reused" | "replenishment-voided" | "replenishment-not-credited" | "replenishment-not-voided" | "replenishment-not-final" | "finding-not-found" | "finding-closed" | "finding-changed" | "finding-not-creditable" | "custody-too-low" | "asset-unknown" | "validation-failed" | "malformed-json" | "malformed-request" | "idempotency-key-invalid" | "invalid-cursor" | "epoch-ended" | "as-of-in-future" | "as-of-too-early" | "unauthenticated" | "forbidden" | "not-found" | "method-not-allowed" | "request-timeout" | "idempotency-key-reused" | "conflict" | "precondition-failed" | "payload-too-large" | "uri-too-long" | "unsupported-media-type" | "rate-limited" | "headers-too-large" | "internal-error" | "not-ready" | "server-stopping" | "overloaded" | "too-many-streams" | "too-many-waiting" | "position-not-in-log" | "outcome-unknown" | "position-not-reached" | "timeout" | "stream-incomplete" | "wrong-log" | "unavailable";
            /** @description What happened in this case, and what would work. */
            readonly detail: string;
            /** @description With `validation-failed`: everything that is wrong. */
            readonly errors?: readonly components["schemas"]["Fault"][];
            /**
             * @description The path of the request, if it can be shown.
             * @example /v1/customers/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52
             */
            readonly instance?: string;
            /** @description The `X-Request-Id` of the answer; name it when you ask for help. */
            readonly requestId: string;
            /** @description The HTTP status. */
            readonly status: number;
            /** @description The same for every problem of the type. */
            readonly title: string;
            /**
             * Format: uri
             * @description The name of the problem.
             * @example urn:daybook:problem:customer-not-found
             */
            readonly type: string;
        };
        /** @description What one provider answered about a block. */
        readonly ProviderAnswer: {
            /** @description Its name in the chains file. */
            readonly provider: string;
            /** @description What it answered, in a sentence. */
            readonly said: string;
        };
        /** @description The requests that a provider's plan allows. */
        readonly ProviderBudget: {
            /** @description How many a day are allowed; null without a limit. */
            readonly callsPerDay: number | null;
            /** @description Those of this day (UTC). */
            readonly callsToday: number;
        };
        /** @description Questions to a provider that failed. */
        readonly ProviderErrors: {
            /** @description How many. */
            readonly count: number;
            /** @description `limited`, `silent`, `unreachable`, `refused`, `invalid-block` or `wrong-chain`; later versions may have others. */
            readonly kind: string;
        };
        /** @description What was found out about the node of a provider. */
        readonly ProviderNote: {
            /** @description What was found out. */
            readonly sentence: string;
            /** @description `fine`, `unknown` (it cannot be judged yet) or `wrong` (an operator should act). */
            readonly state: string;
            /**
             * @description What it is about, such as `call-budget`.
             * @example call-budget
             */
            readonly topic: string;
        };
        /** @description A customer's permanent deposit address on one family. */
        readonly Purse: {
            /**
             * @description The address, as people write it, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`. It never changes. Null (over gRPC empty) if the purse was given the address of another one, by a fault of an earlier version, until the operator gives it one of its own.
             * @example 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
             */
            readonly address: string | null;
            /**
             * Format: uuid
             * @description Id of the customer.
             */
            readonly customerId: string;
            /**
             * @description The address family. One purse takes every registered asset of its family.
             * @enum {string}
             */
            readonly family: "evm" | "tron";
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly id: string;
            /**
             * Format: date-time
             * @description When it was minted.
             */
            readonly mintedAt: string;
            /** @description Your own order id; null if none was given. */
            readonly outsideOrderId: string | null;
            /**
             * @description PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives is held in suspense. DECLINED: compliance refused a receipt; never used again.
             * @enum {string}
             */
            readonly status: "PENDING_PAYMENT" | "ARCHIVED" | "DECLINED" | "NO_OWNER";
            /** @description One entry for each watched chain of the family. Show the address to a payer only once it is watched on the payer's chain, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are scanned again. */
            readonly watch: readonly components["schemas"]["PurseWatch"][];
        };
        /** @description A customer's permanent deposit address on one family. */
        readonly PurseAnswer: {
            /**
             * @description The address, as people write it, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`. It never changes. Null (over gRPC empty) if the purse was given the address of another one, by a fault of an earlier version, until the operator gives it one of its own.
             * @example 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
             */
            readonly address: string | null;
            /**
             * Format: uuid
             * @description Id of the customer.
             */
            readonly customerId: string;
            /**
             * @description The address family. One purse takes every registered asset of its family.
             * @enum {string}
             */
            readonly family: "evm" | "tron";
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly id: string;
            /**
             * Format: date-time
             * @description When it was minted.
             */
            readonly mintedAt: string;
            /** @description Your own order id; null if none was given. */
            readonly outsideOrderId: string | null;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /**
             * @description PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives is held in suspense. DECLINED: compliance refused a receipt; never used again.
             * @enum {string}
             */
            readonly status: "PENDING_PAYMENT" | "ARCHIVED" | "DECLINED" | "NO_OWNER";
            /** @description One entry for each watched chain of the family. Show the address to a payer only once it is watched on the payer's chain, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are scanned again. */
            readonly watch: readonly components["schemas"]["PurseWatch"][];
        };
        /** @description A page of purses. */
        readonly PurseList: {
            /** @description From the newest to the oldest. */
            readonly data: readonly components["schemas"]["Purse"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
        /** @description Whether transfers to a purse are seen on one chain. */
        readonly PurseWatch: {
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description Whether the watcher of the chain has acknowledged the address. */
            readonly watched: boolean;
        };
        /** @description A block that could not be proven whole. */
        readonly QuarantinedBlock: {
            /** @description What each provider answered when it was asked last. */
            readonly answers: readonly components["schemas"]["ProviderAnswer"][];
            /** @description Its hash. */
            readonly hash: string;
            /** @description Whether the chain goes on over it; else it stops before it. */
            readonly isGap: boolean;
            /**
             * @description Its number.
             * @example 42
             */
            readonly number: string;
            /** @description Why the last answer is not the block. */
            readonly reason: string;
            /**
             * Format: date-time
             * @description When it was first answered invalidly.
             */
            readonly since: string;
        };
        /** @description Why some due work failed or waits. */
        readonly ReactionNote: {
            /** @description Whether it is an error. */
            readonly isError: boolean;
            /** @description The error or the reason. */
            readonly note: string;
            /** @description How many it concerns. */
            readonly rows: number;
        };
        /** @description Work that waits until it is due, in all processes together. */
        readonly Reactions: {
            /** @description How far the clock of the database is ahead of that of the processes that do this work, in milliseconds. Of several processes, the largest difference of the last half minute. */
            readonly clockDifferenceMs: number;
            /** @description Whether the clocks differ by less than a minute. A process whose clock does not agree does nothing that depends on time. */
            readonly clocksAgree: boolean;
            /** @description The reactions. */
            readonly states: readonly components["schemas"]["ReactionState"][];
        };
        /** @description The work of one reaction. */
        readonly ReactionState: {
            /**
             * Format: date-time
             * @description When it first ran in this installation.
             */
            readonly firstStartedAt: string;
            /** @description Its name. */
            readonly name: string;
            /**
             * Format: date-time
             * @description When the next work is due; null if there is none.
             */
            readonly nextDueAt: string | null;
            /** @description Why some of them failed or wait, the most frequent reason first. */
            readonly notes: readonly components["schemas"]["ReactionNote"][];
            /** @description How many are due now. */
            readonly overdue: number;
        };
        /** @description Balances on chain that were compared with the books since the watcher's process began to lead. */
        readonly Reconciliation: {
            /** @description Balances that were compared. */
            readonly checked: number;
            /** @description Balances that the node did not say, because it does not keep the state. */
            readonly notChecked: number;
            /** @description How many may be read in a minute; 0 turns it off. */
            readonly readsPerMinute: number;
            /** @description How long the last sweep over all addresses took; null before the first has ended. */
            readonly sweepSeconds: number | null;
        };
        /** @description A reorg. */
        readonly Reorg: {
            /** @description The block above which it replaced them. */
            readonly ancestor: number;
            /**
             * Format: date-time
             * @description When it was found.
             */
            readonly at: string;
            /** @description How many blocks it replaced. */
            readonly depth: number;
        };
        /** @description The reorgs that the process has met. */
        readonly Reorgs: {
            /** @description How many there were. */
            readonly count: number;
            /** @description The one that replaced the most blocks. */
            readonly deepest: components["schemas"]["Reorg"] | null;
            /** @description The last one. */
            readonly last: components["schemas"]["Reorg"] | null;
        };
        /** @description The record of a transfer to a purse. */
        readonly Replenishment: {
            /** @description Null while no block includes the transfer. */
            readonly block: components["schemas"]["Block"] | null;
            /** @description Whether the customer was blocked, so that the account was credited instead. */
            readonly blocked: boolean;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * @description The second part of that pair.
             * @enum {string}
             */
            readonly complianceState: "UNCHECKED" | "IN_PROGRESS" | "CHECKED" | "DECLINE";
            /** @description How many confirmations it has, and how many it needs; null while no block includes the transfer, and while the chain's newest block is not known. */
            readonly confirmations: components["schemas"]["Confirmations"] | null;
            /**
             * Format: date-time
             * @description When it was first recorded.
             */
            readonly createdAt: string;
            /**
             * @description Where it is booked; null while it is not.
             * @enum {string|null}
             */
            readonly creditedTo: "customer" | "account" | "suspense" | null;
            /**
             * Format: uuid
             * @description Id of the customer who owns the purse.
             */
            readonly customerId: string;
            /**
             * @description The finality policy that was applied, such as `depth:12`; null before.
             * @example depth:12
             */
            readonly finality: string | null;
            /** @description Address of the sender. */
            readonly from: string;
            /**
             * Format: uuid
             * @description Id of the replenishment.
             */
            readonly id: string;
            /** @description The transferred amount. */
            readonly money: components["schemas"]["Money"];
            /** @description How much of the amount does not count: what left the purse again in the same transaction, and `unbacked`. It is credited less by this. Null when all of it counts. */
            readonly netted: components["schemas"]["Money"] | null;
            /**
             * @description The transfer within its transaction: `<kind>:<number>`, such as `log:0`.
             * @example log:0
             */
            readonly ordinal: string;
            /** @description Your own order id, from the purse; null if none was given. */
            readonly outsideOrderId: string | null;
            /**
             * @description The position of its last event.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly purseId: string;
            /** @description Why it was rejected, why it waits (`awaiting-second-provider`, `unproven-trace`, `unread-balance`), why it is held (`below-minimum`), or why the customer was not credited; else null. */
            readonly reason: string | null;
            /**
             * @description The status.
             * @enum {string}
             */
            readonly status: "seen" | "detected" | "screening" | "confirmed" | "declined" | "reverted" | "dropped" | "rejected" | "voided" | "held";
            /** @description The sum that it was credited with, if it is below the minimum of its asset; else null. */
            readonly sum: components["schemas"]["HeldSum"] | null;
            /** @description Address of the purse. */
            readonly to: string;
            /**
             * @description The first part of the status as a pair of states.
             * @enum {string}
             */
            readonly transactionState: "MEM_POOL_FOUND" | "PENDING_COMPLIANCE_CHECK" | "CONFIRMED" | "DECLINED" | "REVERTED" | "DROPPED" | "REJECTED" | "VOIDED" | "HELD";
            /** @description Whether sweeps to the account's wallets cover the whole of it: the oldest replenishments of a purse and asset first, parts counted. */
            readonly translationToAccountCompleted: boolean;
            /** @description Hash of the transaction; null (over gRPC empty) for what none moved, such as a withdrawal of a validator. */
            readonly txHash: string | null;
            /** @description How much of `netted` did not arrive: the token is credited by balance, and that of the purse shows less than the token's log says. Null when nothing is missing. */
            readonly unbacked: components["schemas"]["Money"] | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updatedAt: string;
        };
        /** @description The record of a transfer to a purse. */
        readonly ReplenishmentAnswer: {
            /** @description Null while no block includes the transfer. */
            readonly block: components["schemas"]["Block"] | null;
            /** @description Whether the customer was blocked, so that the account was credited instead. */
            readonly blocked: boolean;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * @description The second part of that pair.
             * @enum {string}
             */
            readonly complianceState: "UNCHECKED" | "IN_PROGRESS" | "CHECKED" | "DECLINE";
            /** @description How many confirmations it has, and how many it needs; null while no block includes the transfer, and while the chain's newest block is not known. */
            readonly confirmations: components["schemas"]["Confirmations"] | null;
            /**
             * Format: date-time
             * @description When it was first recorded.
             */
            readonly createdAt: string;
            /**
             * @description Where it is booked; null while it is not.
             * @enum {string|null}
             */
            readonly creditedTo: "customer" | "account" | "suspense" | null;
            /**
             * Format: uuid
             * @description Id of the customer who owns the purse.
             */
            readonly customerId: string;
            /**
             * @description The finality policy that was applied, such as `depth:12`; null before.
             * @example depth:12
             */
            readonly finality: string | null;
            /** @description Address of the sender. */
            readonly from: string;
            /**
             * Format: uuid
             * @description Id of the replenishment.
             */
            readonly id: string;
            /** @description The transferred amount. */
            readonly money: components["schemas"]["Money"];
            /** @description How much of the amount does not count: what left the purse again in the same transaction, and `unbacked`. It is credited less by this. Null when all of it counts. */
            readonly netted: components["schemas"]["Money"] | null;
            /**
             * @description The transfer within its transaction: `<kind>:<number>`, such as `log:0`.
             * @example log:0
             */
            readonly ordinal: string;
            /** @description Your own order id, from the purse; null if none was given. */
            readonly outsideOrderId: string | null;
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /**
             * Format: uuid
             * @description Id of the purse.
             */
            readonly purseId: string;
            /** @description Why it was rejected, why it waits (`awaiting-second-provider`, `unproven-trace`, `unread-balance`), why it is held (`below-minimum`), or why the customer was not credited; else null. */
            readonly reason: string | null;
            /**
             * @description The status.
             * @enum {string}
             */
            readonly status: "seen" | "detected" | "screening" | "confirmed" | "declined" | "reverted" | "dropped" | "rejected" | "voided" | "held";
            /** @description The sum that it was credited with, if it is below the minimum of its asset; else null. */
            readonly sum: components["schemas"]["HeldSum"] | null;
            /** @description Address of the purse. */
            readonly to: string;
            /**
             * @description The first part of the status as a pair of states.
             * @enum {string}
             */
            readonly transactionState: "MEM_POOL_FOUND" | "PENDING_COMPLIANCE_CHECK" | "CONFIRMED" | "DECLINED" | "REVERTED" | "DROPPED" | "REJECTED" | "VOIDED" | "HELD";
            /** @description Whether sweeps to the account's wallets cover the whole of it: the oldest replenishments of a purse and asset first, parts counted. */
            readonly translationToAccountCompleted: boolean;
            /** @description Hash of the transaction; null (over gRPC empty) for what none moved, such as a withdrawal of a validator. */
            readonly txHash: string | null;
            /** @description How much of `netted` did not arrive: the token is credited by balance, and that of the purse shows less than the token's log says. Null when nothing is missing. */
            readonly unbacked: components["schemas"]["Money"] | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updatedAt: string;
        };
        /** @description A page of replenishments. */
        readonly ReplenishmentList: {
            /** @description From the newest to the oldest. */
            readonly data: readonly components["schemas"]["Replenishment"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
        readonly RequestWatchBody: {
            /**
             * @description How many blocks may be matched at most, such as `500`; 10000 by default.
             * @example 500
             */
            readonly blocksMax?: string;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`; may be omitted if only one is watched.
             * @example eip155:1
             */
            readonly chain?: string;
            /**
             * @description The first block, such as `19000000`, or the block in quarantine. A reset may leave it to the watcher.
             * @example 19000000
             */
            readonly fromBlock?: string;
            /**
             * @description `rescan` matches blocks again; `report-again` also reports every transfer in them once more, for a ledger that lost reports. `reset-ring` takes over the node's chain after a reorg deeper than the watcher remembers. `ask-block`, `accept-block` and `skip-block` resolve a block in quarantine. `pause` stops the watch until `resume`; both take effect for the whole chain.
             * @enum {string}
             */
            readonly kind: "rescan" | "report-again" | "reset-ring" | "ask-block" | "accept-block" | "skip-block" | "pause" | "resume";
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description The last block of a rescan, such as `19000500`; by default, the last matched block.
             * @example 19000500
             */
            readonly toBlock?: string;
            /** @description The hash of a transaction, to rescan the block that includes it in place of `fromBlock`: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON. */
            readonly transaction?: string;
        };
        readonly RescanTransactionBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence, and the operators of Daybook see it. */
            readonly reason: string;
        };
        readonly ResolveFindingBody: {
            /**
             * @description The claim that a credit is for, or from when the difference is negative. Required for `credit`.
             * @enum {string}
             */
            readonly creditTo?: "customer" | "account";
            /**
             * @description The difference in base units that you have seen, such as `-1500000`. Required for `credit`: another one by now is refused.
             * @example -1500000
             */
            readonly difference?: string;
            /**
             * @description The first block to match again, if the finding does not say it or others are meant, such as `19000000`.
             * @example 19000000
             */
            readonly fromBlock?: string;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description Your own name for the act, 1 to 128 characters, such as `case-1742`. A repeat with the same reference changes nothing.
             * @example case-1742
             */
            readonly reference: string;
            /**
             * @description What to do: `credit` books the difference, `note` leaves it as it is, `rescan` has its blocks matched again.
             * @enum {string}
             */
            readonly resolution: "credit" | "note" | "rescan";
            /**
             * @description The last block to match again, such as `19000500`.
             * @example 19000500
             */
            readonly toBlock?: string;
        } & unknown;
        readonly RestorePurseBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        readonly RetryParkedKeyBody: {
            /**
             * @description The consumer group, such as `ledger`.
             * @example ledger
             */
            readonly group: string;
            /**
             * @description The key, such as `eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d`.
             * @example eip155:1|0x8617e340b3d01fa5f11f306f4090fd50e238070d
             */
            readonly key: string;
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description The topic, such as `daybook.transfer.v1`.
             * @example daybook.transfer.v1
             */
            readonly topic: string;
        };
        readonly RevokeApiKeyBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        readonly RevokeOperatorKeyBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
        };
        /** @description The state of the service, as the process that answers sees it. */
        readonly Status: {
            /**
             * Format: date-time
             * @description When the state was read.
             */
            readonly at: string;
            /** @description Whether the rules of the books hold. */
            readonly books: components["schemas"]["BooksCheck"];
            /** @description The last reports of the watchers. */
            readonly chains: readonly components["schemas"]["WatchedChain"][];
            /** @description How far the clocks are apart that times come from. */
            readonly clocks: components["schemas"]["Clocks"];
            /** @description The groups that read the durable log. */
            readonly consumers: readonly components["schemas"]["ConsumerState"][];
            /** @description What waits for an operator to decide. It is not a fault of the service. */
            readonly differences: components["schemas"]["OpenDifferences"];
            /** @description The engines that store events, messages and tables. */
            readonly engines: components["schemas"]["Engines"];
            /** @description The followers of the event log: read models, relays and reactions. */
            readonly followers: readonly components["schemas"]["FollowerState"][];
            /** @description A sentence for each thing that is wrong; empty when all is well. */
            readonly problems: readonly string[];
            /** @description Work that waits until it is due. */
            readonly reactions: components["schemas"]["Reactions"];
            /**
             * @description `unreachable` when an engine does not answer; counts for more than the others.
             * @enum {string}
             */
            readonly state: "ok" | "standing-still" | "unreachable";
            /** @description The versions of the software. */
            readonly versions: components["schemas"]["Versions"];
        };
        /** @description Everything ever received of one asset. */
        readonly Throughput: {
            /** @description CAIP-19 id of the asset. */
            readonly asset: string;
            /**
             * @description How many receipts were booked. Reversals do not decrease it.
             * @example 42
             */
            readonly receipts: string;
            /** @description The gross sum of all receipts. It never decreases. */
            readonly received: components["schemas"]["Money"];
            /** @description The sum of receipts that chain reorganisations reversed. */
            readonly reversed: components["schemas"]["Money"];
        };
        /** @description Throughput up to one moment. */
        readonly ThroughputList: {
            /**
             * @description The position that the figures are valid for if `asOf` was sent; null for now.
             * @example 42
             */
            readonly asOf: string | null;
            /** @description One entry per asset ever received. */
            readonly data: readonly components["schemas"]["Throughput"][];
            /** @description Null: the list is complete. */
            readonly nextCursor: string | null;
        };
        /** @description A transaction as its chain shows it, and what became of each movement. */
        readonly Transaction: {
            /** @description The block that includes it; null while none does. */
            readonly block: components["schemas"]["TransactionBlock"] | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description How many confirmations it has, and how many the chain asks for; null while no block includes it. */
            readonly confirmations: components["schemas"]["Confirmations"] | null;
            /** @description More about the status; null if there is nothing to say. */
            readonly detail: string | null;
            /** @description Its hash, in the form that the chain's family has. */
            readonly hash: string;
            /** @description Every movement in it, in the order of the chain. */
            readonly movements: readonly components["schemas"]["Movement"][];
            /** @description How many more it has than are listed: after the first thousand. */
            readonly movementsLeft: number;
            /** @description After how many seconds a complete answer may be had; null if this one is complete. Over REST such an answer has the status 202. */
            readonly retryAfterSeconds: number | null;
            /**
             * @description What the chain shows.
             * @enum {string}
             */
            readonly status: "included" | "failed" | "pending" | "unknown" | "unanswered";
        };
        /** @description The block that includes a transaction. */
        readonly TransactionBlock: {
            /** @description Its hash; null while its content is not proven. */
            readonly hash: string | null;
            /** @description Its height. */
            readonly number: number;
            /**
             * Format: date-time
             * @description The time in its header; null while its content is not proven.
             */
            readonly time: string | null;
        };
        /** @description A request to match the block of a transaction again. */
        readonly TransactionRescanAnswer: {
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description The hash of the transaction. */
            readonly hash: string;
            /**
             * Format: uuid
             * @description Id of the rescan.
             */
            readonly id: string;
            /**
             * @description The position in the event log.
             * @example 42
             */
            readonly position: string;
            /**
             * @description Its progress.
             * @enum {string}
             */
            readonly state: "waiting" | "running" | "done" | "refused" | "cancelled";
        };
        /** @description Why nothing is published. */
        readonly Unpublished: {
            /** @description Why. */
            readonly reason: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            readonly since: string;
        };
        readonly UpdateCustomerBody: {
            /** @description The new description, or its removal (null over REST). One of them is required. */
            readonly description: string | null;
        };
        /** @description The versions of the software. */
        readonly Versions: {
            /** @description Of Daybook. */
            readonly daybook: string;
            /** @description Of Node.js. */
            readonly node: string;
            /** @description Of PostgreSQL; null if it does not answer. */
            readonly postgresql: string | null;
            /** @description The last migration that ran; null if PostgreSQL does not answer. */
            readonly tables: string | null;
        };
        /** @description A broken rule of the books. */
        readonly Violation: {
            /** @description What is wrong with it. */
            readonly detail: string;
            /** @description The rule. */
            readonly invariant: string;
            /** @description The row. */
            readonly subject: string;
        };
        readonly VoidReplenishmentBody: {
            /** @description The reason, 1 to 500 characters; it is kept as evidence. */
            readonly reason: string;
            /**
             * @description Your own name for the act, 1 to 128 characters, such as `case-1742`. A repeat with the same reference changes nothing.
             * @example case-1742
             */
            readonly reference: string;
        };
        /** @description How a watcher works. Reorgs and alarms are those that the leading process has met since it began; questions and errors of providers are counted from when it began to lead. */
        readonly WatchDetails: {
            /** @description Blocks of which less was proven than the rule of the chain asks for. */
            readonly alarms: components["schemas"]["Alarms"];
            /** @description How many blocks could not be proven whole. */
            readonly blocksInQuarantine: number;
            /** @description Whether every height was scanned; null before anything is final. */
            readonly gapCheck: components["schemas"]["GapCheck"] | null;
            /** @description How many of them are gaps: the chain went on over them. */
            readonly gaps: number;
            /**
             * Format: date-time
             * @description When the newest block was made, as its header says; null before a node's first answer.
             */
            readonly newestBlockAt: string | null;
            /** @description The providers, in the order of the chains file. */
            readonly providers: readonly components["schemas"]["WatchProvider"][];
            /** @description How balances on chain are compared with the books; null of watchers that do not compare any. */
            readonly reconciliation: components["schemas"]["Reconciliation"] | null;
            /** @description The reorgs. */
            readonly reorgs: components["schemas"]["Reorgs"];
            /** @description The rescans that have not ended. */
            readonly rescans: components["schemas"]["OpenRescans"];
            /** @description About how many seconds matching up to the newest block takes; null while unknown. */
            readonly secondsLeft: number | null;
            /**
             * Format: date-time
             * @description When the process began. It remembers no reorg or alarm from before.
             */
            readonly since: string;
            /** @description Why nothing is published; null while it is. */
            readonly unpublished: components["schemas"]["Unpublished"] | null;
        };
        /** @description The last report of the watcher of a chain. */
        readonly WatchedChain: {
            /**
             * @description Every address that was minted up to this position is watched; null while unknown.
             * @example 42
             */
            readonly addressesThrough: string | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /** @description Why the state is what it is. */
            readonly detail: string | null;
            /**
             * @description The highest irreversible block; null while unknown.
             * @example 42
             */
            readonly finalized: string | null;
            /**
             * @description The newest block of the node.
             * @example 42
             */
            readonly latest: string;
            /**
             * @description Every block up to this one was matched.
             * @example 42
             */
            readonly matched: string;
            /**
             * Format: date-time
             * @description When the newest block was made, as its header says; null while unknown.
             */
            readonly newestBlockAt: string | null;
            /** @description How many providers the chain has; 0 while unknown. */
            readonly providers: number;
            /** @description How many of them are used, or would be when needed. */
            readonly providersUsable: number;
            /** @description The lowest blocks that could not be proven whole, at most 20. */
            readonly quarantine: readonly components["schemas"]["QuarantinedBlock"][];
            /** @description How long ago the watcher reported. */
            readonly secondsSinceReport: number;
            /** @description Whether it is stalled or paused, or no longer reports. */
            readonly standsStill: boolean;
            /**
             * @description The state of its watcher.
             * @enum {string}
             */
            readonly state: "catching-up" | "following" | "paused" | "silent" | "stalled";
            /** @description What an operator should know although nothing is stalled by it, in sentences that say what to do. */
            readonly warnings: readonly string[];
        };
        /** @description A provider of a chain. Its URL and keys are shown nowhere. */
        readonly WatchProvider: {
            /** @description Why its WebSocket announces nothing; null if it does, or has none. */
            readonly announcements: string | null;
            /** @description The requests of this day; null where they are not counted. */
            readonly budget: components["schemas"]["ProviderBudget"] | null;
            /** @description Why, if the state is not `ok`. */
            readonly detail: string | null;
            /** @description How many of them failed, by kind. */
            readonly errors: readonly components["schemas"]["ProviderErrors"][];
            /** @description The highest block that it has shown. */
            readonly lastHead: number | null;
            /** @description Its name in the chains file. */
            readonly name: string;
            /** @description What was found out about its node. */
            readonly notes: readonly components["schemas"]["ProviderNote"][];
            /** @description How many questions it was asked; each takes one request or several. */
            readonly questions: number;
            /** @description The expected delay of an answer in milliseconds, failures and lag included. */
            readonly score: number;
            /** @description `ok`, `unverified`, `limited`, `failing`, `stuck` or `wrong-chain`; later versions may have others. */
            readonly state: string;
        };
        /** @description A request of an operator to the watcher of a chain, and its progress. */
        readonly WatchRequest: {
            /** @description Null while unknown. */
            readonly blocksLeft: number | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * Format: date-time
             * @description When it ended; null while it is open.
             */
            readonly endedAt: string | null;
            /** @description Transfers to our addresses in the blocks that were matched so far. */
            readonly found: number;
            /** @description The first block; null until the watcher has found it. */
            readonly fromBlock: number | null;
            /**
             * Format: uuid
             * @description Id of the watch request.
             */
            readonly id: string;
            /**
             * @description What was requested.
             * @enum {string}
             */
            readonly kind: "rescan" | "reset-ring" | "report-again" | "ask-block" | "accept-block" | "skip-block" | "pause" | "resume";
            /** @description Why it was requested. */
            readonly reason: string;
            /** @description Why the watcher refused it; null if it did not. */
            readonly refusal: string | null;
            /**
             * Format: date-time
             * @description When its watcher last reported on it; null while no watcher has taken it.
             */
            readonly reportedAt: string | null;
            /**
             * Format: date-time
             * @description When it was requested.
             */
            readonly requestedAt: string;
            /** @description The operator who requested it. */
            readonly requestedBy: string;
            /**
             * @description Its progress. One that is cancelled too late becomes `done`.
             * @enum {string}
             */
            readonly state: "waiting" | "running" | "done" | "refused" | "cancelled";
            /** @description The last block; null until the watcher has found it. */
            readonly toBlock: number | null;
            /** @description The transaction whose block is matched again; null if blocks were named. */
            readonly transaction: string | null;
            /** @description New versions of transfers that it led to: found, or taken back by a reset. */
            readonly versions: number;
        };
        /** @description A request of an operator to the watcher of a chain, and its progress. */
        readonly WatchRequestAnswer: {
            /** @description Null while unknown. */
            readonly blocksLeft: number | null;
            /**
             * @description CAIP-2 id of the chain, such as `eip155:1`.
             * @example eip155:1
             */
            readonly chain: string;
            /**
             * Format: date-time
             * @description When it ended; null while it is open.
             */
            readonly endedAt: string | null;
            /** @description Transfers to our addresses in the blocks that were matched so far. */
            readonly found: number;
            /** @description The first block; null until the watcher has found it. */
            readonly fromBlock: number | null;
            /**
             * Format: uuid
             * @description Id of the watch request.
             */
            readonly id: string;
            /**
             * @description What was requested.
             * @enum {string}
             */
            readonly kind: "rescan" | "reset-ring" | "report-again" | "ask-block" | "accept-block" | "skip-block" | "pause" | "resume";
            /**
             * @description The position in the event log. Pass it as `minPosition` to read your write.
             * @example 42
             */
            readonly position: string;
            /** @description Why it was requested. */
            readonly reason: string;
            /** @description Why the watcher refused it; null if it did not. */
            readonly refusal: string | null;
            /**
             * Format: date-time
             * @description When its watcher last reported on it; null while no watcher has taken it.
             */
            readonly reportedAt: string | null;
            /**
             * Format: date-time
             * @description When it was requested.
             */
            readonly requestedAt: string;
            /** @description The operator who requested it. */
            readonly requestedBy: string;
            /**
             * @description Its progress. One that is cancelled too late becomes `done`.
             * @enum {string}
             */
            readonly state: "waiting" | "running" | "done" | "refused" | "cancelled";
            /** @description The last block; null until the watcher has found it. */
            readonly toBlock: number | null;
            /** @description The transaction whose block is matched again; null if blocks were named. */
            readonly transaction: string | null;
            /** @description New versions of transfers that it led to: found, or taken back by a reset. */
            readonly versions: number;
        };
        /** @description A page of requests. */
        readonly WatchRequestList: {
            /** @description Newest first. */
            readonly data: readonly components["schemas"]["WatchRequest"][];
            /** @description Pass it as `cursor` for the next page; null on the last page. */
            readonly nextCursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly listAccounts: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AccountList"];
                };
            };
        };
    };
    readonly listApiKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the account. */
                readonly accountId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiKeyList"];
                };
            };
        };
    };
    readonly issueApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the account. */
                readonly accountId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["IssueApiKeyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["IssuedApiKeyAnswer"];
                };
            };
        };
    };
    readonly revokeApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the account. */
                readonly accountId: string;
                /** @description The public part of the key: what is between the underscores. */
                readonly keyId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RevokeApiKeyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiKeyAnswer"];
                };
            };
        };
    };
    readonly changeAccountPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the account. */
                readonly accountId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeAccountPolicyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AccountAnswer"];
                };
            };
        };
    };
    readonly listAssets: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetList"];
                };
            };
        };
    };
    readonly listChains: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ChainList"];
                };
            };
        };
    };
    readonly getTransaction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description CAIP-2 id of the chain, such as `eip155:1`. */
                readonly chain: string;
                /** @description Its hash: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON. */
                readonly hash: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
    readonly rescanTransaction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description CAIP-2 id of the chain, such as `eip155:1`. */
                readonly chain: string;
                /** @description Its hash: 64 hexadecimal digits, with `0x` on EVM chains and without on TRON. */
                readonly hash: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RescanTransactionBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TransactionRescanAnswer"];
                };
            };
        };
    };
    readonly listCustomers: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description Only the customer with this external id. */
                readonly externalId?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only customers with this status. */
                readonly status?: "ACTIVE" | "BLOCKED";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CustomerList"];
                };
            };
        };
    };
    readonly createCustomer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateCustomerBody"];
            };
        };
        readonly responses: {
            /** @description It already existed. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CreatedCustomerAnswer"];
                };
            };
        };
    };
    readonly getCustomer: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Customer"];
                };
            };
        };
    };
    readonly updateCustomer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UpdateCustomerBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CustomerAnswer"];
                };
            };
        };
    };
    readonly getCustomerBalances: {
        readonly parameters: {
            readonly query?: {
                /** @description Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`. */
                readonly asOf?: string & (unknown | unknown);
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BalanceList"];
                };
            };
        };
    };
    readonly blockCustomer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockCustomerBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CustomerAnswer"];
                };
            };
        };
    };
    readonly listCustomerPurses: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseList"];
                };
            };
        };
    };
    readonly mintPurse: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["MintPurseBody"] & (unknown | unknown);
            };
        };
        readonly responses: {
            /** @description It already existed. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseAnswer"];
                };
            };
        };
    };
    readonly getCustomerThroughput: {
        readonly parameters: {
            readonly query?: {
                /** @description Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`. */
                readonly asOf?: string & (unknown | unknown);
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ThroughputList"];
                };
            };
        };
    };
    readonly unblockCustomer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the customer. */
                readonly customerId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockCustomerBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CustomerAnswer"];
                };
            };
        };
    };
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description Only events after this position; all events by default. A position beyond the end of the event log is refused with `position-not-in-log`. */
                readonly after?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Log and epoch of `after`, as a page had them. Others are refused with `epoch-ended`. */
                readonly log?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventList"];
                };
            };
        };
    };
    readonly listFindings: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description Only those of this kind. */
                readonly kind?: "unexplained" | "unplanned-outflow" | "unreadable";
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only those about this purse. */
                readonly purseId?: string;
                /** @description Only open or only closed ones. */
                readonly status?: "open" | "closed";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FindingList"];
                };
            };
        };
    };
    readonly getFinding: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the finding. */
                readonly findingId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Finding"];
                };
            };
        };
    };
    readonly listAuditRuns: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditRunList"];
                };
            };
        };
    };
    readonly listChainWatches: {
        readonly parameters: {
            readonly query?: {
                /** @description Only this chain. */
                readonly chain?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ChainWatchList"];
                };
            };
        };
    };
    readonly listAllFindings: {
        readonly parameters: {
            readonly query?: {
                /** @description Only those of this account. */
                readonly accountId?: string;
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description Only those of this kind. */
                readonly kind?: "unexplained" | "unplanned-outflow" | "unreadable";
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only open or only closed ones. */
                readonly status?: "open" | "closed";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FindingList"];
                };
            };
        };
    };
    readonly getAnyFinding: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the finding. */
                readonly findingId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Finding"];
                };
            };
        };
    };
    readonly resolveFinding: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the finding. */
                readonly findingId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ResolveFindingBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FindingAnswer"];
                };
            };
        };
    };
    readonly listNegativeClaims: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NegativeClaimList"];
                };
            };
        };
    };
    readonly listParkedKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ParkedKeyList"];
                };
            };
        };
    };
    readonly retryParkedKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RetryParkedKeyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ParkedKeyRetryAnswer"];
                };
            };
        };
    };
    readonly assignAddress: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AssignAddressBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseAnswer"];
                };
            };
        };
    };
    readonly confirmOwner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ConfirmOwnerBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseAnswer"];
                };
            };
        };
    };
    readonly creditReplenishment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the replenishment. */
                readonly replenishmentId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreditReplenishmentBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReplenishmentAnswer"];
                };
            };
        };
    };
    readonly voidReplenishment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the replenishment. */
                readonly replenishmentId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VoidReplenishmentBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReplenishmentAnswer"];
                };
            };
        };
    };
    readonly getStatus: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    readonly listWatchRequests: {
        readonly parameters: {
            readonly query?: {
                /** @description Only requests for this chain. */
                readonly chain?: string;
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WatchRequestList"];
                };
            };
        };
    };
    readonly requestWatch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RequestWatchBody"];
            };
        };
        readonly responses: {
            /** @description It already existed. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WatchRequestAnswer"];
                };
            };
        };
    };
    readonly getWatchRequest: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the watch request. */
                readonly watchRequestId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WatchRequest"];
                };
            };
        };
    };
    readonly cancelWatchRequest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the watch request. */
                readonly watchRequestId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CancelWatchRequestBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WatchRequestAnswer"];
                };
            };
        };
    };
    readonly listOperators: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OperatorList"];
                };
            };
        };
    };
    readonly addOperator: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AddOperatorBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OperatorAnswer"];
                };
            };
        };
    };
    readonly listOperatorKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the operator. */
                readonly operatorId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiKeyList"];
                };
            };
        };
    };
    readonly issueOperatorKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the operator. */
                readonly operatorId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["IssueOperatorKeyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["IssuedApiKeyAnswer"];
                };
            };
        };
    };
    readonly revokeOperatorKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The public part of the key: what is between the underscores. */
                readonly keyId: string;
                /** @description Id of the operator. */
                readonly operatorId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RevokeOperatorKeyBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiKeyAnswer"];
                };
            };
        };
    };
    readonly listPurses: {
        readonly parameters: {
            readonly query?: {
                /** @description Only the purse with this address, such as `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`, in any letter case that its checksum allows. */
                readonly address?: string;
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description Only purses of this customer. */
                readonly customerId?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only purses with this status. */
                readonly status?: "PENDING_PAYMENT" | "ARCHIVED" | "DECLINED" | "NO_OWNER";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseList"];
                };
            };
        };
    };
    readonly getPurse: {
        readonly parameters: {
            readonly query?: {
                /** @description Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`. */
                readonly asOf?: string & (unknown | unknown);
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Purse"];
                };
            };
        };
    };
    readonly archivePurse: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ArchivePurseBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseAnswer"];
                };
            };
        };
    };
    readonly getPurseBalances: {
        readonly parameters: {
            readonly query?: {
                /** @description Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`. */
                readonly asOf?: string & (unknown | unknown);
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BalanceList"];
                };
            };
        };
    };
    readonly listPurseOutflows: {
        readonly parameters: {
            readonly query?: {
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only those with this status. */
                readonly status?: "detected" | "booked" | "reverted" | "rejected";
                /** @description Only those of this use. */
                readonly use?: "sweep" | "internal" | "network-fee" | "unplanned";
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OutflowList"];
                };
            };
        };
    };
    readonly restorePurse: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RestorePurseBody"];
            };
        };
        readonly responses: {
            /** @description The resource after the command. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurseAnswer"];
                };
            };
        };
    };
    readonly getPurseThroughput: {
        readonly parameters: {
            readonly query?: {
                /** @description Answer with the state at this position of the event log, or at this RFC 3339 time, up to microseconds. Not together with `minPosition`. */
                readonly asOf?: string & (unknown | unknown);
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the purse. */
                readonly purseId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ThroughputList"];
                };
            };
        };
    };
    readonly listReplenishments: {
        readonly parameters: {
            readonly query?: {
                /** @description Only those of this asset: its CAIP-19 id, or its currency code, such as `USDT_ETH`. */
                readonly asset?: string;
                /** @description The `nextCursor` of the page before, with the same filters. */
                readonly cursor?: string;
                /** @description Only those of this customer. */
                readonly customerId?: string;
                /** @description Only those first recorded at or after this time. */
                readonly from?: string;
                /** @description How many entries at most; 25 by default. A value above 100 counts as 100. */
                readonly limit?: string;
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
                /** @description Only those to this purse. */
                readonly purseId?: string;
                /** @description Only those with this status or transaction state. */
                readonly status?: "seen" | "detected" | "screening" | "confirmed" | "declined" | "reverted" | "held" | "voided" | "dropped" | "rejected" | "MEM_POOL_FOUND" | "PENDING_COMPLIANCE_CHECK" | "CONFIRMED" | "DECLINED" | "REVERTED" | "HELD" | "VOIDED" | "DROPPED" | "REJECTED";
                /** @description Only those first recorded before this time. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReplenishmentList"];
                };
            };
        };
    };
    readonly getReplenishment: {
        readonly parameters: {
            readonly query?: {
                /** @description Wait, up to 5 seconds, until everything up to this position is visible. */
                readonly minPosition?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Id of the replenishment. */
                readonly replenishmentId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Replenishment"];
                };
            };
        };
    };
}

/** Method and path of each operation. */
export const ROUTES = {
  listAccounts: 'GET /v1/accounts',
  changeAccountPolicy: 'POST /v1/accounts/{accountId}/policy',
  listApiKeys: 'GET /v1/accounts/{accountId}/keys',
  issueApiKey: 'POST /v1/accounts/{accountId}/keys',
  revokeApiKey: 'POST /v1/accounts/{accountId}/keys/{keyId}/revoke',
  listChains: 'GET /v1/chains',
  listAssets: 'GET /v1/assets',
  listChainWatches: 'GET /v1/operations/chains',
  listCustomers: 'GET /v1/customers',
  createCustomer: 'POST /v1/customers',
  getCustomer: 'GET /v1/customers/{customerId}',
  updateCustomer: 'PATCH /v1/customers/{customerId}',
  blockCustomer: 'POST /v1/customers/{customerId}/block',
  unblockCustomer: 'POST /v1/customers/{customerId}/unblock',
  listCustomerPurses: 'GET /v1/customers/{customerId}/purses',
  mintPurse: 'POST /v1/customers/{customerId}/purses',
  listPurses: 'GET /v1/purses',
  getPurse: 'GET /v1/purses/{purseId}',
  archivePurse: 'POST /v1/purses/{purseId}/archive',
  restorePurse: 'POST /v1/purses/{purseId}/restore',
  assignAddress: 'POST /v1/operations/purses/{purseId}/address',
  confirmOwner: 'POST /v1/operations/purses/{purseId}/owner',
  listReplenishments: 'GET /v1/replenishments',
  getReplenishment: 'GET /v1/replenishments/{replenishmentId}',
  voidReplenishment: 'POST /v1/operations/replenishments/{replenishmentId}/void',
  creditReplenishment: 'POST /v1/operations/replenishments/{replenishmentId}/credit',
  listPurseOutflows: 'GET /v1/purses/{purseId}/outflows',
  listFindings: 'GET /v1/findings',
  getFinding: 'GET /v1/findings/{findingId}',
  listAllFindings: 'GET /v1/operations/findings',
  getAnyFinding: 'GET /v1/operations/findings/{findingId}',
  resolveFinding: 'POST /v1/operations/findings/{findingId}/resolve',
  listNegativeClaims: 'GET /v1/operations/negative-claims',
  getTransaction: 'GET /v1/chains/{chain}/transactions/{hash}',
  rescanTransaction: 'POST /v1/chains/{chain}/transactions/{hash}/rescan',
  getCustomerBalances: 'GET /v1/customers/{customerId}/balances',
  getCustomerThroughput: 'GET /v1/customers/{customerId}/throughput',
  getPurseBalances: 'GET /v1/purses/{purseId}/balances',
  getPurseThroughput: 'GET /v1/purses/{purseId}/throughput',
  listEvents: 'GET /v1/events',
  getStatus: 'GET /v1/operations/status',
  listAuditRuns: 'GET /v1/operations/audit-runs',
  listParkedKeys: 'GET /v1/operations/parked-keys',
  retryParkedKey: 'POST /v1/operations/parked-keys/retry',
  listOperators: 'GET /v1/operators',
  addOperator: 'POST /v1/operators',
  listOperatorKeys: 'GET /v1/operators/{operatorId}/keys',
  issueOperatorKey: 'POST /v1/operators/{operatorId}/keys',
  revokeOperatorKey: 'POST /v1/operators/{operatorId}/keys/{keyId}/revoke',
  listWatchRequests: 'GET /v1/operations/watch-requests',
  requestWatch: 'POST /v1/operations/watch-requests',
  getWatchRequest: 'GET /v1/operations/watch-requests/{watchRequestId}',
  cancelWatchRequest: 'POST /v1/operations/watch-requests/{watchRequestId}/cancel',
} as const;
