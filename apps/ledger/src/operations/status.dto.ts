import type { json } from '@daybook/contracts';

export type StatusResponse = json.Status;
export type VersionsResponse = json.Versions;
export type EngineResponse = json.Engine;
export type EnginesResponse = json.Engines;
export type FollowerResponse = json.FollowerState;
export type ConsumerResponse = json.ConsumerState;
export type WatchedChainResponse = json.WatchedChain;
export type ReactionsResponse = json.Reactions;
export type BooksCheckResponse = json.BooksCheck;
