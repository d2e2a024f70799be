// Whom an agent may talk to (`--allow`): whoever runs it decides, not the script.
import { BlockList, isIP } from 'node:net';

/**
 * Whether a host is one of `allow`: addresses and networks (`10.1.0.0/16`) hold for addresses, a name
 * only for itself: what it stands for may change.
 */
export function isAllowed(host: string, allow: readonly string[]): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  const version = isIP(bare);
  if (version === 0) return allow.some((one) => one.toLowerCase() === bare.toLowerCase());
  const list = new BlockList();
  for (const one of allow) {
    const [address = '', bits] = one.split('/');
    const own = isIP(address);
    if (own === 0) continue;
    const family = own === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/** What is wrong with an entry of `--allow`; null: nothing. */
export function allowFault(entry: string): string | null {
  const [address = '', bits, more] = entry.split('/');
  const version = isIP(address);
  if (bits === undefined) {
    return version > 0 || /^[\w.-]+$/.test(entry) ? null : 'no name and no address';
  }
  const most = version === 4 ? 32 : 128;
  if (version === 0 || more !== undefined) return 'no network: write 10.1.0.0/16';
  return /^\d+$/.test(bits) && Number(bits) <= most ? null : `at most /${most}`;
}
