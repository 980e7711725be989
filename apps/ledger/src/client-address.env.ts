import { BlockList, isIP } from 'node:net';
import { EnvironmentError } from '@daybook/platform';

/** Proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = Pick<BlockList, 'check'>;

/** Reads `10.0.0.0/8,192.0.2.7`; no proxy is trusted when left out. Throws an `EnvironmentError`. */
export function parseProxies(list: string | undefined): TrustedProxies {
  const trusted = new BlockList();
  for (const entry of (list ?? '').split(',').map((one) => one.trim())) {
    if (entry === '') continue;
    const [address = '', bits, ...more] = entry.split('/');
    const family = isIP(address);
    const length = Number(bits);
    const isRange = /^\d{1,3}$/.test(bits ?? '') && length <= (family === 4 ? 32 : 128);
    if (family === 0 || more.length > 0 || (bits !== undefined && !isRange)) {
      throw new EnvironmentError([
        `DAYBOOK_TRUSTED_PROXIES must be a list of addresses and ranges such as 10.0.0.0/8,192.0.2.7: ${entry} is none`,
      ]);
    }
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) trusted.addAddress(address, kind);
    else trusted.addSubnet(address, length, kind);
  }
  return trusted;
}

/**
 * The address of the client. Each proxy appends whom it serves to `X-Forwarded-For`, so it is read from its end for as
 * long as the address before is a trusted proxy: what comes earlier may be invented.
 */
export function clientAddress(
  connection: string,
  forwardedFor: string | undefined,
  trusted: TrustedProxies,
): string {
  let address = plain(connection);
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
  for (let hop = hops.pop(); hop !== undefined && isIP(hop) !== 0; hop = hops.pop()) {
    if (!isTrusted(address, trusted)) break;
    address = hop;
  }
  return address;
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** IPv4 over IPv6, such as `::ffff:192.0.2.7`, as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** What one sender may have: an IPv4 address, or a network of IPv6, of which each has billions of addresses. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.split('::', 2);
  const [first, last] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => '0');
  const groups = address.includes('::') ? [...(first ?? []), ...zeros, ...(last ?? [])] : first;
  return `${(groups ?? []).slice(0, 4).join(':')}::/64`;
}
