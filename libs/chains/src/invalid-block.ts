/** The answer of a node is not the complete block. Another node's answer may be. */
export class InvalidBlock extends Error {
  override readonly name = 'InvalidBlock';
}
