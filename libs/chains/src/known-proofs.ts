import type { Proof } from './chains-and-assets';
import { AVALANCHE_FIELDS, ETHEREUM_FIELDS, ETHEREUM_PROOF } from './evm/header';

const UNTRIED =
  'No recorded block with receipts was at hand to try its roots on. A block whose hash and roots recompute is proven all the same.';

/** A chain of the OP Stack: Ethereum's header, and deposits of type 0x7e with their own encoding. */
const OP_STACK: Proof = {
  rule: 'two-providers',
  reason: `Built on the OP Stack, of which a recorded block of Optimism recomputes. ${UNTRIED}`,
  headerFields: ETHEREUM_FIELDS,
};

/**
 * How the blocks of known chains are proven. `roots` is only given to chains of which a recorded block recomputes
 * in a test (`evm/recordings.spec.ts`); the other shapes are constructed from their specifications.
 */
export const KNOWN_PROOFS: Readonly<Record<string, Proof>> = {
  'eip155:1': ETHEREUM_PROOF,
  'eip155:137': {
    rule: 'roots',
    reason:
      'Its headers commit to all transactions but those of the bridge, which stood outside until PIP-74 and are of type 0x7f since. Nodes do not show all bytes of that type.',
    headerFields: ETHEREUM_FIELDS,
    hasTransactionsOutside: true,
    // The fork Madhugiri, which has PIP-74 (bor, `MadhugiriBlock` of the main network).
    nothingOutsideFrom: 80_084_800,
    unprovableTypes: [0x7f],
  },
  'eip155:42161': {
    rule: 'roots',
    reason:
      "Its headers commit to all transactions, those of the system (0x64 to 0x6a) included. Type 0x78, from before Nitro, hides its transaction's bytes.",
    headerFields: ETHEREUM_FIELDS,
    unprovableTypes: [0x78],
  },
  'eip155:56': {
    rule: 'two-providers',
    reason: `Its headers are Ethereum's; headers and transactions of its test network recompute. ${UNTRIED}`,
    headerFields: ETHEREUM_FIELDS,
  },
  'eip155:10': {
    ...OP_STACK,
    rule: 'roots',
    reason: 'Its headers commit to all transactions, deposits of type 0x7e included, and receipts.',
  },
  'eip155:8453': OP_STACK,
  'eip155:42220': {
    ...OP_STACK,
    reason: `Built on the OP Stack since block 31,056,500, with type 0x7b (CIP-64). Before, headers had other fields and a block that ended an epoch had a receipt of its own. ${UNTRIED}`,
  },
  'eip155:43114': {
    rule: 'two-providers',
    reason: `Recorded headers recompute, one of the test network since Helicon with its transactions. Since Helicon (ACP-194) the receipts root of a header is that of earlier blocks. ${UNTRIED}`,
    headerFields: AVALANCHE_FIELDS,
  },
  'eip155:100': {
    rule: 'two-providers',
    reason: `Its headers are Ethereum's since the Merge; headers and transactions of recorded blocks recompute. ${UNTRIED}`,
    headerFields: ETHEREUM_FIELDS,
  },
  'eip155:59144': {
    rule: 'roots',
    reason: 'Its headers commit to all transactions and receipts, as those of Ethereum do.',
    headerFields: ETHEREUM_FIELDS,
  },
  'eip155:534352': {
    rule: 'two-providers',
    reason:
      "Its headers are Ethereum's, and recorded blocks recompute. None with a message from Ethereum (0x7e) and its receipt was at hand; a block whose hash and roots recompute is proven all the same.",
    headerFields: ETHEREUM_FIELDS,
  },
  'eip155:324': {
    rule: 'two-providers',
    reason:
      'Its headers prove nothing: the roots are zero, and the hash is made of other fields than those that nodes show.',
    headerFields: ETHEREUM_FIELDS,
  },
};
