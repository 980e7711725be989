import type { Command } from '@commander-js/extra-typings';
import { addChainsCheck } from './chains-check';

export function addChains(program: Command): void {
  const chains = program.command('chains').description('Check the nodes of chains before use.');
  addChainsCheck(chains);
}
