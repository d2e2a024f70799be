// Hosts of a test that share no network with this machine: each is a network namespace with a cable
// to a switch, and addresses that exist there alone.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, requirePeer } from './peers.ts';

const NETWORK = '10.77.0';

function ip(...words: readonly string[]): void {
  execFileSync(findCommand('ip') ?? 'ip', words, { stdio: 'pipe', timeout: 10_000 });
}

/** Whether this machine lets us make networks; where not, it is said as of a peer that is missing. */
export function requireNamespaces(): boolean {
  if (process.platform === 'linux' && !requirePeer('ip', 'nsenter')) return false;
  const name = `dr${process.pid}-try`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : '';
    const what = `no network namespaces here (root on Linux has them): ${why}`;
    if (process.env['CI']) throw new Error(what);
    process.stderr.write(`\n*** SKIPPED, ${what} ***\n\n`);
    return false;
  }
}

/** A host of the network. */
export interface Host {
  readonly address: string;
  /** Runs Node.js there: an executable, as `CliOptions.node` takes it. */
  readonly node: string;
}

/** A switch that is a host, too, and others on cables to it. */
export class Network {
  readonly #folder: string;
  readonly #names: string[] = [];
  readonly #onExit = (): void => this.remove();
  readonly hub: Host;

  /** `folder` is where it may write. */
  constructor(folder: string) {
    this.#folder = folder;
    process.on('exit', this.#onExit);
    this.hub = this.#add();
    const [hub = ''] = this.#names;
    ip('-n', hub, 'link', 'add', 'switch', 'type', 'bridge');
    ip('-n', hub, 'address', 'add', `${this.hub.address}/24`, 'dev', 'switch');
    ip('-n', hub, 'link', 'set', 'switch', 'up');
  }

  host(): Host {
    const host = this.#add();
    const [hub = ''] = this.#names;
    const name = this.#names.at(-1) ?? '';
    const port = this.#portOf(host);
    ip('link', 'add', 'cable', 'netns', name, 'type', 'veth', 'peer', 'name', port, 'netns', hub);
    ip('-n', name, 'address', 'add', `${host.address}/24`, 'dev', 'cable');
    ip('-n', name, 'link', 'set', 'cable', 'up');
    ip('-n', hub, 'link', 'set', port, 'master', 'switch');
    this.plug(host);
    return host;
  }

  plug(host: Host): void {
    ip('-n', this.#names[0] ?? '', 'link', 'set', this.#portOf(host), 'up');
  }

  /** Pulls its cable out. */
  unplug(host: Host): void {
    ip('-n', this.#names[0] ?? '', 'link', 'set', this.#portOf(host), 'down');
  }

  remove(): void {
    process.off('exit', this.#onExit);
    for (const name of this.#names.splice(0)) ip('netns', 'del', name);
  }

  #portOf({ address }: Host): string {
    return `port${address.split('.').at(-1)}`;
  }

  #add(): Host {
    const number = this.#names.length + 1;
    const name = `dr${process.pid}-${number}`;
    ip('netns', 'add', name);
    this.#names.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    const node = join(this.#folder, `node-${number}`);
    const enter = `${findCommand('nsenter')} --net=/run/netns/${name}`;
    writeFileSync(node, `#!/bin/sh\nexec ${enter} ${process.execPath} "$@"\n`, { mode: 0o755 });
    return { address: `${NETWORK}.${number}`, node };
  }
}
