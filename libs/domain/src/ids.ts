/** The kinds of chains on which a customer has purses. */
export const FAMILIES = ['evm', 'tron'] as const;
export type Family = (typeof FAMILIES)[number];

/** The aggregates that have streams; a stream is named `<kind>-<id>`. */
export const STREAM_KINDS = [
  'account',
  'operator',
  'watch',
  'branch',
  'asset',
  'claim',
  'log',
  'loss',
  'customer',
  'purse',
  'replenishment',
  'outflow',
  'finding',
] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export function streamName(kind: StreamKind, id: string): string {
  return `${kind}-${id}`;
}

/** The id behind a stream name: what follows the first dash. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}

/**
 * Identity makes idempotency: each function gives the *name* that a version 5 UUID is made of
 * (RFC 9562, section 5.5), so two requests for the same thing mean the same stream for ever.
 * The parts are joined by a character that none of them may contain.
 */
export const identity = {
  customer: (accountId: string, externalId: string) => `customer\n${accountId}\n${externalId}`,
  /** The purse without a reference, which is null, is the one that every customer may have. */
  purse: (accountId: string, customerId: string, family: Family, reference: string | null = null) =>
    ['purse', accountId, customerId, family, ...(reference === null ? [] : [reference])].join('\n'),
  /** Of an address that the log lost, and whose owner is to be confirmed. */
  lostPurse: (family: Family, address: string) => `lost purse\n${family}\n${address}`,
  /** Of a stream that lost events when an epoch began. */
  loss: (epoch: number, stream: string) => `loss\n${epoch}\n${stream}`,
  operator: (name: string) => `operator\n${name}`,
  replenishment: (transferId: string) => `replenishment\n${transferId}`,
  outflow: (outflowId: string) => `outflow\n${outflowId}`,
  /** `of` is the outflow or the replenishment, or address and asset joined by a line feed. */
  finding: (kind: string, of: string) => `finding\n${kind}\n${of}`,
} as const;
