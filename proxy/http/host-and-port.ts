import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** `host:port`, `[::1]:80`, `unix:/path` in its parts. `problem` is nginx's word for what is wrong with it. */
export interface HostAndPort {
  readonly host: string;
  /** As written; `undefined` when none was. */
  readonly portText: string | undefined;
  readonly port: number;
  readonly path: string | undefined;
  readonly problem: string | undefined;
}

/** Takes an address apart as ngx_parse_url does. */
export function parseHostAndPort(text: string, defaultPort: number): HostAndPort {
  if (/^unix:/i.test(text)) {
    const path = text.slice(5);
    return {
      host: 'localhost',
      portText: undefined,
      port: 0,
      path,
      problem: path === '' ? 'no path in the unix domain socket' : undefined,
    };
  }
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text);
  const host = match?.[1] ?? '';
  const portText = match?.[2];
  const port = portText === undefined ? defaultPort : Number(portText);
  let problem: string | undefined;
  if (/[/?]/.test(text) || (text.startsWith('[') && !/^\[[^\]]*\](?:$|:)/.test(text))) problem = 'invalid host';
  else if (match === null || (portText !== undefined && (!/^\d+$/.test(portText) || port < 1 || port > 65535)))
    problem = 'invalid port';
  else if (host === '') problem = 'no host';
  else if (host.startsWith('[') && isIP(host.slice(1, -1)) !== 6) problem = 'invalid IPv6 address';
  return { host, portText, port, path: undefined, problem };
}

/** The addresses of a host by its name; `undefined` when it is unknown. */
export function hostAddresses(name: string): string[] | undefined {
  const found = fromHostsFile(name) ?? fromResolver(name);
  return found.length === 0 ? undefined : found;
}

function fromHostsFile(name: string): string[] | undefined {
  let text = '';
  try {
    text = readFileSync(
      process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts',
      'latin1',
    );
  } catch {
    // Without a hosts file the resolver is asked.
  }
  const wanted = name.toLowerCase();
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address !== undefined && isIP(address) && names.some((other) => other.toLowerCase() === wanted))
      found.add(address);
  }
  if (found.size === 0 && wanted === 'localhost') found.add('127.0.0.1');
  if (found.size === 0) return undefined;
  // IPv4 first, as nginx's getaddrinfo loop does.
  return [...found].sort((a, b) => isIP(a) - isIP(b));
}

function fromResolver(name: string): string[] {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return [];
  const script = `require('node:dns').lookup(process.argv[1],{all:true},(e,a)=>{if(!e)process.stdout.write(a.map(x=>x.address).join('\\n'))})`;
  const { stdout } = spawnSync(process.execPath, ['-e', script, name], { encoding: 'latin1', timeout: 15_000 });
  const found = (stdout ?? '').split('\n').filter((line) => isIP(line) !== 0);
  return found.sort((a, b) => isIP(a) - isIP(b));
}
