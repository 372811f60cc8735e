import { type CaseFile, get } from '../case-file.ts';

const keys = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'abcde',
  '127.0.0.1',
  ...Array.from({ length: 40 }, (_, i) => `client${i}`),
];

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_split_clients_module.html',
  http: `
    split_clients "\${arg_k}AAA" $variant { 0.5% .one; 2.0% .two; 47.5% .half; * ""; }
    split_clients $arg_k $thirds { 33.33% a; 33.33% b; 33.34% c; }
    split_clients $arg_k $part { 10% ten; }
    server { listen 127.0.0.1:PORT; server_name one.test; return 200 "[$variant$thirds$part]"; }`,
  requests: Object.fromEntries(keys.map((key) => [`the value of "${key}" by its hash`, get(`/?k=${key}`)])),
  configurations: {
    'a variable begins with a dollar': 'split_clients $uri x { * 1; }',
    'a share has a percent sign': 'split_clients $uri $x { 5 1; }',
    'a share is more than nothing': 'split_clients $uri $x { 0% 1; }',
    'a share has two decimal places': 'split_clients $uri $x { 0.001% 1; }',
    'more than 100%': 'split_clients $uri $x { 60% a; 50% b;\n\n }',
    'exactly 100%': 'split_clients $uri $x { 60% a; 40% b; }',
    'the rest after 100%': 'split_clients $uri $x { 100% a; * b; }',
  },
} satisfies CaseFile;
