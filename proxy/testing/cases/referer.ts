import { type CaseFile, get } from '../case-file.ts';

const from = (referer: string, target = '/', host = 'one.test'): string => get(target, `Referer: ${referer}\r\n`, host);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_referer_module.html',
  http: `
    referer_hash_max_size 1024; referer_hash_bucket_size 128;
    server {
      listen 127.0.0.1:PORT; server_name one.test *.one.test ~^re\\d+\\.test$;
      valid_referers none blocked server_names *.example.com example.* www.example.org/galleries/ ~\\.google\\.;
      location / { return 200 "[$invalid_referer]"; }
      location /none { valid_referers none example.com; return 200 "[$invalid_referer]"; }
      location /strict { valid_referers example.com/path; return 200 "[$invalid_referer]"; }
      location /nothing { return 200 "[$invalid_referer]"; if ($invalid_referer) { return 403; } }
      location /if { if ($invalid_referer) { return 403; } return 200 ok; }
    }
    server { listen 127.0.0.1:PORT; server_name free.test; return 200 "[$invalid_referer]"; }`.replace(
    'referer_hash_max_size 1024; referer_hash_bucket_size 128;',
    '',
  ),
  requests: {
    'no header: none': get('/'),
    'no header, where it is needed': get('/strict'),
    'a header without scheme: blocked': from('something'),
    'a header without scheme, where it is not allowed': from('something', '/none'),
    'a very short header': from('http://i'),
    'a name of the server': from('http://one.test/page'),
    'a name of the server by mask': from('http://www.one.test/page'),
    'a name of the server by regular expression': from('http://re7.test/'),
    'a mask with prefix': from('https://a.b.example.com/'),
    'the name behind the mask is not in it': from('https://example.net.com/'),
    'a mask with suffix': from('http://example.anything/'),
    'a host and the path behind it': from('http://www.example.org/galleries/1'),
    'a host and another path': from('http://www.example.org/other'),
    'a host without path, where one is needed': from('http://www.example.org'),
    'a regular expression over what follows the scheme': from('http://www.google.com/search'),
    'a regular expression over the path': from('http://other.test/x.google.html'),
    'a port after the host': from('http://one.test:8080/'),
    'a port after a host whose path counts': from('http://www.example.org:80/galleries/'),
    'upper case': from('HTTP://ONE.TEST/'),
    'an unknown host': from('http://evil.test/'),
    'an own list replaces the inherited one': from('http://one.test/', '/none'),
    'a path that begins so': from('http://example.com/path/more', '/strict'),
    'without the directive all are valid': from('http://evil.test/', '/', 'free.test'),
    'refused by if': from('http://evil.test/', '/if'),
    'let in by if': from('http://one.test/', '/if'),
  },
  configurations: {
    'none without a valid referer': 'server { valid_referers none; }',
    'an empty referer': 'server { valid_referers ""; }',
    'an empty regular expression': 'server { valid_referers ~; }',
    'a broken regular expression': 'server { valid_referers ~(; }',
    'a mask in the middle': 'server { valid_referers a.*.b; }',
    'a host twice': 'server { valid_referers a.test a.test; }',
    'not in http': 'valid_referers a.test;',
    'the variable may be set': 'server { set $invalid_referer 1; }',
  },
} satisfies CaseFile;
