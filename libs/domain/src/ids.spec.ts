import { identity, idOf, streamName } from './ids';

it('names a stream by kind and id, and finds the id again', () => {
  expect(streamName('purse', 'a-b-c')).toBe('purse-a-b-c');
  expect(idOf('purse-a-b-c')).toBe('a-b-c');
});

// Frozen: ids of streams are derived from these names, so another name would lose every stream.
it('makes the names of identities that are frozen for ever', () => {
  expect(identity.customer('acc', 'user-42')).toBe('customer\nacc\nuser-42');
  expect(identity.purse('acc', 'cus', 'evm')).toBe('purse\nacc\ncus\nevm');
  expect(identity.purse('acc', 'cus', 'evm', 'invoices')).toBe('purse\nacc\ncus\nevm\ninvoices');
  expect(identity.replenishment('eip155:1/0xabc/log:0')).toBe(
    'replenishment\neip155:1/0xabc/log:0',
  );
});

it('gives different things different names', () => {
  const names = [
    identity.customer('a', 'b'),
    identity.customer('ab', ''),
    identity.customer('', 'ab'),
    identity.purse('a', 'b', 'evm'),
    identity.purse('a', 'b', 'tron'),
    identity.purse('a', 'b', 'evm', 'c'),
    identity.purse('a', 'b', 'evm', 'tron'),
    identity.purse('ab', '', 'evm'),
    identity.replenishment('a'),
  ];
  expect(new Set(names).size).toBe(names.length);
});
