import { BlockList, isIP } from 'node:net';
import { EnvironmentError } from './env';

/** Addresses and ranges of IPv4 and IPv6. */
export type AddressRanges = Pick<BlockList, 'check'>;

/** Proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = AddressRanges;

/** Reads `10.0.0.0/8,192.0.2.7`; no proxy is trusted when left out. Throws an `EnvironmentError`. */
export function parseProxies(list: string | undefined): TrustedProxies {
  const entries = (list ?? '').split(',').map((one) => one.trim());
  const given = entries.filter((entry) => entry !== '');
  const wrong = given.find((entry) => !isAddressRange(entry));
  if (wrong === undefined) return addressRanges(given);
  throw new EnvironmentError([
    `DAYBOOK_TRUSTED_PROXIES must be a list of addresses and ranges such as 10.0.0.0/8,192.0.2.7: ${wrong} is none`,
  ]);
}

/** Whether a text is an address or a CIDR range. */
export function isAddressRange(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  // A zone, such as %eth0, means something on one machine only.
  if (family === 0 || address.includes('%') || more.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** The ranges that valid entries name. */
export function addressRanges(entries: readonly string[]): AddressRanges {
  const ranges = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const kind = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) ranges.addAddress(address, kind);
    else ranges.addSubnet(address, Number(bits), kind);
  }
  return ranges;
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
    if (!isWithin(address, trusted)) break;
    address = hop;
  }
  return address;
}

/** Whether an address is in one of the ranges. */
export function isWithin(address: string, ranges: AddressRanges): boolean {
  const family = isIP(address);
  return family !== 0 && ranges.check(address, family === 4 ? 'ipv4' : 'ipv6');
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
