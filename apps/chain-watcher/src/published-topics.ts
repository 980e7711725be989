import { TOPICS } from '@daybook/contracts';

/** What chain-watchers say, and nobody else. */
export const WRITTEN_TOPICS: readonly string[] = [
  ...[TOPICS.transfer, TOPICS.outflow],
  ...[TOPICS.chainHead, TOPICS.watchReport],
];
