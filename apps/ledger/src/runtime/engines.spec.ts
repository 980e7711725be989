import { streamName } from '@daybook/domain';
import { DEFAULT_ACCOUNT_ID, DEFAULT_OPERATOR_NAME, operatorIdOf } from '../edge/identity';
import { FIRST_STREAMS } from './engines';

it('knows a log that began before there were prefixes by what a first start writes', () => {
  expect(FIRST_STREAMS).toEqual([
    streamName('account', DEFAULT_ACCOUNT_ID),
    streamName('operator', operatorIdOf(DEFAULT_OPERATOR_NAME)),
  ]);
});
