import {
  addressRanges,
  clientAddress,
  isAddressRange,
  isWithin,
  networkOf,
  parseProxies,
} from './client-address';

describe('the address of a client', () => {
  const trusted = parseProxies('10.0.0.0/8, 192.0.2.7,2001:db8::/32');
  const of = (connection: string, forwarded?: string) =>
    clientAddress(connection, forwarded, trusted);

  it('is that of the connection, whatever an untrusted one says', () => {
    expect(of('203.0.113.5', '198.51.100.1')).toBe('203.0.113.5');
    expect(of('::ffff:203.0.113.5')).toBe('203.0.113.5');
    expect(clientAddress('10.1.1.1', '198.51.100.1', parseProxies(undefined))).toBe('10.1.1.1');
  });

  it('is what the last trusted proxy says', () => {
    expect(of('10.1.1.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(of('::ffff:10.1.1.1', '1.1.1.1, 198.51.100.1, 192.0.2.7')).toBe('198.51.100.1');
    expect(of('2001:db8::1', '2001:470::1')).toBe('2001:470::1');
  });

  it('is the proxy when it says nothing that is an address', () => {
    expect(of('10.1.1.1')).toBe('10.1.1.1');
    expect(of('10.1.1.1', 'unknown')).toBe('10.1.1.1');
    expect(of('10.1.1.1', '198.51.100.1, ')).toBe('10.1.1.1');
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'proxy.internal', '10.0.0.0/8/8', '::1/129', '10.0.0.0/'])(
    'refuses %s in the list',
    (entry) => {
      expect(() => parseProxies(`192.0.2.7,${entry}`)).toThrow(/DAYBOOK_TRUSTED_PROXIES must be/);
    },
  );

  it('belongs to a network of IPv6', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8::6')).toBe('2001:db8:0:0::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
  });

  it('is in a range of its own family', () => {
    const ranges = addressRanges(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);
    for (const address of ['10.1.255.1', '192.0.2.7', '2001:db8::1']) {
      expect(isWithin(address, ranges)).toBe(true);
    }
    for (const address of ['10.2.0.1', '192.0.2.8', '2001:db9::1', '::1', 'unknown', '']) {
      expect(isWithin(address, ranges)).toBe(false);
    }
  });

  it('or a range is recognised', () => {
    for (const entry of ['0.0.0.0/0', '::/0', '1.2.3.4']) expect(isAddressRange(entry)).toBe(true);
    for (const entry of [
      '',
      '1.2.3',
      '1.2.3.4/33',
      '::1/',
      '::1/1/1',
      ' ::1',
      '1.2.3.4/+1',
      'fe80::1%eth0',
    ]) {
      expect(isAddressRange(entry)).toBe(false);
    }
  });
});
