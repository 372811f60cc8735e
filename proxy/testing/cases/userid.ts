import { type CaseFile, get } from '../case-file.ts';

const MINE = Buffer.from([127, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 3, 3, 3, 2]).toString('base64');
const NOTHING = Buffer.alloc(16).toString('base64');
const with_ = (value: string, target: string): string => get(target, `Cookie: other=1; uid=${value}; more=2\r\n`);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_userid_module.html',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      add_header X-Got "$uid_got"; add_header X-Set "$uid_set";
      userid_service 7;
      location /on { userid on; return 200 "[$uid_got]"; }
      location /v1 { userid v1; return 200 "[$uid_got]"; }
      location /log { userid log; return 200 "[$uid_got]"; }
      location /off { userid off; return 200 "[$uid_got]"; }
      location /address { userid on; userid_service 0; return 200 "[$uid_got]"; }
      location /named { userid on; userid_name me; userid_domain one.test; userid_path /named; userid_expires max; return 200 "[$uid_got]"; }
      location /flags { userid on; userid_flags secure httponly samesite=strict; return 200 "[$uid_got]"; }
      location /flags-off { userid on; userid_flags off; userid_domain none; return 200 "[$uid_got]"; }
      location /p3p { userid on; userid_p3p 'policyref="/w3c/p3p.xml"'; return 200 "[$uid_got]"; }
      location /mark { userid on; userid_mark A; return 200 "[$uid_got]"; }
      location /reset { userid on; set $uid_reset 1; return 200 "[$uid_got]"; }
      location /reset-log { userid on; set $uid_reset log; return 200 "[$uid_got]"; }
      location /expires { userid on; userid_expires 365d; return 200 "[$uid_got]"; }
    }`,
  // What is new in each identity: time, process, sequence.
  ignore:
    /(?<=(?:uid|me)=BwAAA|(?:uid|me)=AAAAB|(?:uid|me)=AAAAA|(?:uid|me)=[0-9A-F]{8})(?!AgMEBQYHCAMDAwI=)[\w+/]+={0,2}|expires=\w{3}, \d[^;]*(?=;)(?<!55)/g,
  errorLog: 'notice',
  requests: {
    'a new cookie': get('/on'),
    'a new cookie of version 1': get('/v1'),
    'the cookie that came': with_(MINE, '/on'),
    'the cookie that came, for the log alone': with_(MINE, '/log'),
    'no new cookie for the log': get('/log'),
    off: with_(MINE, '/off'),
    'a cookie that is too short': with_('abc', '/on'),
    'a cookie that is no base64': with_('!!!!!!!!!!!!!!!!!!!!!!==', '/on'),
    'a cookie of zeros': with_(NOTHING, '/on'),
    'name, domain, path and expiry': get('/named'),
    flags: get('/flags'),
    'flags off': get('/flags-off'),
    P3P: get('/p3p'),
    'a mark on a new cookie': get('/mark'),
    'a mark on the cookie that came': with_(MINE, '/mark'),
    'a cookie that has the mark': with_(`${MINE.slice(0, 22)}A=`, '/mark'),
    'a reset': with_(MINE, '/reset'),
    'a reset that is logged': with_(MINE, '/reset-log'),
    'a time of expiry': get('/expires'),
  },
  configurations: {
    'an unknown mode': 'userid maybe;',
    'an unknown flag': 'userid_flags fast;',
    'a flag twice': 'userid_flags secure secure;',
    'a mark of two letters': 'userid_mark AB;',
    'an expiry that is none': 'userid_expires soon;',
    'a service that is no number': 'userid_service x;',
  },
} satisfies CaseFile;
