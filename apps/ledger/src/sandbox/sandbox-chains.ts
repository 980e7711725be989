import { realChainsOf } from '@daybook/chains';
import { DomainError } from '@daybook/domain';
import type { ChainRegistry } from '../chains';

/** Refuses with `sandbox-unavailable` where a chain is watched whose coins may have a value. */
export function requireSandbox({ registry }: ChainRegistry): void {
  const real = realChainsOf(registry);
  if (real.length === 0) return;
  throw new DomainError(
    'sandbox-unavailable',
    `There is a sandbox only where every chain is a development chain; this service watches ${real.join(', ')}.`,
  );
}
