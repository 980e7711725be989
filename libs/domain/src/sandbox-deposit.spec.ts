import * as a from '../testing/a';
import { specification } from '../testing/specification';
import {
  SANDBOX_SCENARIOS,
  type SandboxDepositCommand,
  type SandboxScenario,
  sandboxDeposit,
} from './sandbox-deposit';

const given = specification(sandboxDeposit);

type Request = Extract<SandboxDepositCommand, { type: 'RequestSandboxDeposit' }>;

const requested = a.sandboxDepositRequested();
const mineRequested = a.sandboxDepositMineRequested();
const { accountId } = requested.data;
const mine = (of = accountId): SandboxDepositCommand => {
  return { type: 'MineSandboxDeposit', accountId: of };
};
const facts = { minimum: 1_000_000n, decimals: 6 };

function request(scenario: SandboxScenario, amount: bigint | null = null): Request {
  const { data } = requested;
  return { type: 'RequestSandboxDeposit', ...data, scenario, amount, facts };
}

it('requests once', () => {
  const first = a.sandboxDepositRequested({ scenario: 'deposit', amount: 1_000_000n });
  given().when(request('deposit')).emits(first).when(request('deposit')).changesNothing();
});

it.each([
  ['deposit', null, 1_000_000n],
  ['pending', 2_500_000n, 2_500_000n],
  ['below-minimum', null, 500_000n],
  ['below-minimum', 999_999n, 999_999n],
  ['reorg', 1_000_000_000_000n, 1_000_000_000_000n],
] as const)('takes for %s the amount %s as %s', (scenario, amount, expected) => {
  given()
    .when(request(scenario, amount))
    .emits(a.sandboxDepositRequested({ scenario, amount: expected }));
});

it.each([
  ['deposit', 999_999n],
  ['below-minimum', 1_000_000n],
  ['deposit', 1_000_000_000_001n],
] as const)('refuses for %s the amount %s', (scenario, amount) => {
  given().when(request(scenario, amount)).refuses('sandbox-deposit-invalid');
});

it('refuses to send less than a minimum that is one base unit', () => {
  const least = { minimum: 1n, decimals: 6 };
  given()
    .when({ ...request('below-minimum'), facts: least })
    .refuses('sandbox-deposit-invalid');
});

it('requests blocks once, of a deposit that waits for them', () => {
  for (const scenario of SANDBOX_SCENARIOS) {
    const waits = scenario !== 'deposit' && scenario !== 'below-minimum';
    const history = a.sandboxDepositRequested({ scenario });
    if (waits) given(history).when(mine()).emits(mineRequested);
    else given(history).when(mine()).changesNothing();
    given(history, mineRequested).when(mine()).changesNothing();
  }
});

it('shows no account what another one has', () => {
  given().when(mine()).refuses('sandbox-deposit-not-found');
  given(requested).when(mine('another account')).refuses('sandbox-deposit-not-found');
});
