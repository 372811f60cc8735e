import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { labs } from '../../../labs/catalog.ts';
import { openTarget } from '../../target/index.ts';
import { type LiveAddress, liveAddress } from './live-address.ts';

const found = (...addresses: string[]) => liveAddress('http://ada.test', async () => addresses);
const reason = (where: LiveAddress) => ('refused' in where ? where.refused.reason : undefined);

describe('the address of a live server', () => {
  it.each([
    'http://127.0.0.1',
    'http://[::1]:8080',
    'http://[::ffff:10.0.0.1]',
    'http://169.254.169.254',
    'http://0x7f000001',
    'http://localhost',
  ])('%s is inside, and refused', async (url) => {
    expect(reason(await liveAddress(url))).toContain("inside the grader's own network");
  });

  it('is refused when one of its name’s addresses is inside', async () => {
    expect(reason(await found('192.0.2.1', '10.1.2.3'))).toContain("inside the grader's own network");
    expect(reason(await found('fd00::1'))).toContain("inside the grader's own network");
  });

  it('that is no address of a web server is refused', async () => {
    expect(reason(await liveAddress('ftp://ada.test'))).toContain('no address of a web server');
  });

  it('is looked up once: what is asked is what was judged', async () => {
    let lookups = 0;
    const changing = async () => (lookups++ === 0 ? ['192.0.2.1', '2001:db8::1'] : ['127.0.0.1']);
    expect(await liveAddress('http://ada.test', changing)).toEqual({ addresses: ['192.0.2.1', '2001:db8::1'] });
    expect(lookups).toBe(1);
  });
});

/** Opens lab 2 on a live server. */
async function open(url: string, addresses: readonly string[]) {
  const { default: lab } = await labs[1]!.load();
  const target = await openTarget({ kind: 'live', url, addresses }, lab, 1, new AbortController().signal);
  onTestFinished(() => target.close());
  return target;
}

describe('a live server whose addresses are known', () => {
  it('is asked there, whatever its name means elsewhere', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nme'));
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const target = await open(`http://nobody.invalid:${port}`, ['127.0.0.1']);
    expect(target.startup.ok).toBe(true);
    expect((await target.client.get('/')).text).toBe('me');
  });

  it('is not found by its name when it has none', async () => {
    const target = await open('http://localhost:1', []);
    expect(target.startup.messages[0]?.text).toBe(
      'http://localhost:1 could not be reached: the host name has no address',
    );
  });
});
