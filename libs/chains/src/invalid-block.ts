import type { BlockHeader } from './chain-client';

/** The answer of a node is not the complete block. Another node's answer may be. */
export class InvalidBlock extends Error {
  override readonly name = 'InvalidBlock';
  /** The header in the answer, if it has one. */
  readonly header: BlockHeader | null;
  /** Whether the hash of `header` was recomputed from the answer, so that only its content is in doubt. */
  readonly headerProven: boolean;

  constructor(
    message: string,
    about: { readonly header?: BlockHeader; readonly headerProven?: boolean } = {},
  ) {
    super(message);
    this.header = about.header ?? null;
    this.headerProven = about.headerProven ?? false;
  }
}
