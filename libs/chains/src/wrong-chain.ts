/** The node serves another chain than the configured one. */
export class WrongChain extends Error {
  override readonly name = 'WrongChain';
}
