import { EngineMisconfigured } from '@daybook/platform/plain';
import { parseBrokerAddress } from './broker-address';

describe('the address of the brokers', () => {
  it.each([
    ['a:9092', { hosts: ['a:9092'], tls: false }],
    [' a:9092,b.example:9093 ', { hosts: ['a:9092', 'b.example:9093'], tls: false }],
    ['kafka://[::1]:9092', { hosts: ['[::1]:9092'], tls: false }],
    ['kafka+tls://a:1/', { hosts: ['a:1'], tls: true }],
    [
      'kafka+tls://u:p%40%2f:s@a:1,b:2?sasl=scram-sha-512',
      {
        hosts: ['a:1', 'b:2'],
        tls: true,
        login: { mechanism: 'scram-sha-512', username: 'u', password: 'p@/:s' },
      },
    ],
    [
      'kafka://u:p@ss?word@a:1',
      {
        hosts: ['a:1'],
        tls: false,
        login: { mechanism: 'plain', username: 'u', password: 'p@ss?word' },
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseBrokerAddress(text)).toEqual(expected);
  });

  it.each([
    ['', 'is empty'],
    ['kafka://', 'is empty'],
    ['http://a:1', 'begins with http://'],
    ['a', '"a", which is not host:port'],
    ['a:9092,', '"", which is not host:port'],
    ['a:99999', 'not host:port'],
    ['a:0', 'not host:port'],
    ['kafka://a:1?sasl=plain', 'names no user'],
    ['kafka://u:secret@a:1?sasl=gssapi', 'sasl=gssapi, which is not supported'],
    ['kafka://u:secret@a:1?ssl=true', '"ssl", but sasl is the only one'],
    ['kafka://u@a:1', 'without a password'],
    ['kafka://:secret@a:1', 'without a user'],
    ['kafka://u:100%secret@a:1', 'no percent-encoding'],
  ])('refuses "%s", says what would be right and repeats no password', (text, wrong) => {
    const refusal = (): unknown => parseBrokerAddress(text);
    expect(refusal).toThrow(EngineMisconfigured);
    expect(refusal).toThrow(wrong);
    expect(refusal).toThrow(/Write /);
    expect(refusal).not.toThrow(/secret/);
  });
});
