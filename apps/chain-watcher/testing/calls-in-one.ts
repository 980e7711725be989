import type { Call } from './local-chain';

/**
 * A transaction whose creation code makes these calls one after the other, as a contract that is created and left
 * empty. It fails as a whole if one of them does.
 */
export function callsInOne(calls: readonly Call[]): Call {
  const inputs = calls.map(({ data = '0x' }) => data.slice(2));
  const lengthOf = (input: string) => input.length / 2;
  const codeLength = CALL_LENGTH * calls.length + END.length / 2;
  let offset = codeLength;
  const code = calls.map(({ to = '' }, i) => {
    const length = push2(lengthOf(inputs[i] as string));
    const copy = `${length}${push2(offset)}${PUSH_0}39`;
    offset += lengthOf(inputs[i] as string);
    // What it returns is not read: gas, address, value, input, output.
    const call = `${PUSH_0}${PUSH_0}${length}${PUSH_0}${PUSH_0}73${to.slice(2)}5af1`;
    // ISZERO, then jump to the end of the code, which reverts.
    return `${copy}${call}15${push2(codeLength - REVERT_LENGTH)}57`;
  });
  return { data: `0x${code.join('')}${END}${inputs.join('')}` };
}

const PUSH_0 = '6000';
/** STOP; JUMPDEST, REVERT. */
const END = `00${'5b'}${PUSH_0}${PUSH_0}fd`;
const REVERT_LENGTH = 6;
const CALL_LENGTH = 3 + 3 + 2 + 1 + (2 + 2 + 3 + 2 + 2 + 21 + 1 + 1) + 1 + 3 + 1;

function push2(number: number): string {
  return `61${number.toString(16).padStart(4, '0')}`;
}
