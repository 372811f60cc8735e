import { type CaseFile, get } from '../case-file.ts';

const from = (address: string, target = '/'): string => get(`${target}?a=${address}`);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_geo_module.html',
  http: `
    geo $arg_a $cidr {
      default none; 10.0.0.0/8 ten; 10.1.0.0/16 ten-one; 10.1.2.3 exact; 192.0.2.0/25 low;
      2001:db8::/32 doc; 2001:db8:1::/48 doc-one; 255.255.255.255 nobody; delete 10.2.0.0/16; 10.3.0.0/16 x;
      delete 10.3.0.0/16; 127.0.0.0/8 local;
    }
    geo $arg_a $ranges {
      ranges; default none; 10.0.0.0-10.0.0.255 first; 10.0.1.0-10.3.0.0 wide; 10.2.0.0-10.2.0.10 inside;
      192.0.2.5-192.0.2.5 one; 172.16.0.0-172.16.0.9 gone; delete 172.16.0.0-172.16.0.9;
    }
    geo $mine { default other; 127.0.0.1 mine; }
    geo $proxied { proxy 127.0.0.1; default none; 192.0.2.1 client; 10.0.0.1 inner; }
    geo $recursive { proxy 127.0.0.1; proxy 10.0.0.0/8; proxy_recursive; default none; 192.0.2.1 client; 10.0.0.1 inner; }
    geo $arg_a $nothing { }
    geo $arg_a $dollar { default $uri; }
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location / { return 200 "$cidr|$ranges|$mine|$nothing|$dollar"; }
      location /proxied { return 200 "$proxied|$recursive"; }
    }`,
  requests: {
    'the network an address is in': from('10.200.0.1'),
    'the smallest of several networks': from('10.1.0.1'),
    'a single address': from('10.1.2.3'),
    'the last address of a network': from('192.0.2.127'),
    'the first beyond a network': from('192.0.2.128'),
    'an IPv6 network': from('2001:db8:2::1'),
    'the smallest of several IPv6 networks': from('2001:db8:1::1'),
    'an IPv4 address in IPv6 form': from('::ffff:10.1.0.1'),
    'no address counts as 255.255.255.255': from('nobody'),
    'no value counts as 255.255.255.255': from(''),
    'a range': from('10.0.0.77'),
    'a range over several blocks': from('10.2.77.7'),
    'a range inside another': from('10.2.0.5'),
    'a range around another': from('10.2.0.11'),
    'the end of a range': from('10.3.0.0'),
    'beyond a range': from('10.3.0.1'),
    'a range of one': from('192.0.2.5'),
    'a range that was deleted': from('172.16.0.5'),
    'a network that was deleted': from('10.3.0.5'),
    'a trusted proxy': get('/proxied', 'X-Forwarded-For: 192.0.2.1\r\n'),
    'a trusted proxy behind another': get('/proxied', 'X-Forwarded-For: 192.0.2.1, 10.0.0.1\r\n'),
    'a trusted proxy that names nobody': get('/proxied'),
    'a trusted proxy that names nonsense': get('/proxied', 'X-Forwarded-For: x\r\n'),
  },
  configurations: {
    'a variable begins with a dollar': 'geo x { }',
    'both variables begin with a dollar': 'geo x $y { }',
    'an address that is none': 'geo $x {\n\n a.b.c.d 1;\n }',
    'a prefix that is too long': 'geo $x { 10.0.0.0/33 1; }',
    'low bits': 'geo $x {\n 10.0.0.1/8 1;\n }',
    'a network twice': 'geo $x { 10.0.0.0/8 1;\n 10.0.0.0/8 2;\n }',
    'a default twice': 'geo $x { default 1;\n default 2;\n }',
    'nothing to delete': 'geo $x { delete 10.0.0.0/8; }',
    'ranges come first': 'geo $x { 10.0.0.0/8 1; ranges; }',
    'a range that is none': 'geo $x { ranges; 10.0.0.0 1; }',
    'a range that ends before it begins': 'geo $x { ranges; 10.0.0.9-10.0.0.1 1; }',
    'ranges that overlap': 'geo $x { ranges; 10.0.0.0-10.0.0.9 1; 10.0.0.5-10.0.0.20 2; }',
    'a range twice': 'geo $x { ranges; 10.0.0.0-10.0.0.9 1; 10.0.0.0-10.0.0.9 2; }',
    'a range to delete that is not there': 'geo $x { ranges; delete 10.0.0.0-10.0.0.9; }',
    'a default range twice': 'geo $x { ranges; default 1; default 2; }',
    'too many words': 'geo $x { 10.0.0.0/8 1 2; }',
    'too few words': 'geo $x { 10.0.0.0/8; }',
    'a proxy that is none': 'geo $x { proxy x; }',
  },
} satisfies CaseFile;
