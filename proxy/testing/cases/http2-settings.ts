import { type CaseFile, get } from '../case-file.ts';

const words = [
  ...['http2_recv_buffer_size 64', 'http2_recv_buffer_size 32', 'http2_recv_buffer_size x'],
  ...['http2_pool_size 4k', 'http2_pool_size 1', 'http2_pool_size 4097', 'http2_max_concurrent_streams 1'],
  ...['http2_max_concurrent_streams x', 'http2_max_concurrent_streams 1; http2_max_concurrent_streams 2'],
  ...['http2_max_concurrent_pushes 3', 'http2_body_preread_size 128k', 'http2_body_preread_size 2048m'],
  ...['http2_body_preread_size 2047m', 'http2_streams_index_size 64', 'http2_streams_index_size 48'],
  ...['http2_streams_index_size 0', 'http2_chunk_size 8k', 'http2_chunk_size 0', 'http2_push_preload on'],
  ...['http2_push_preload x', 'http2_push /a.css', 'http2_push /a; http2_push /$uri', 'http2_push off'],
  ...['http2_push off; http2_push off', 'http2_push off; http2_push /a', 'http2_push /a; http2_push off'],
  ...['http2_max_requests 5', 'http2_max_field_size 4k', 'http2_max_header_size 16k', 'http2_recv_timeout 30s'],
  ...['http2_idle_timeout 3m', 'http2_max_requests x', 'http2_max_requests 1 2', 'http2_foo 1'],
];

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_v2_module.html',
  http: 'server { listen 127.0.0.1:PORT; location / { return 200 ok; } }',
  requests: { 'a server without HTTP/2': get('/') },
  configurations: {
    ...Object.fromEntries(words.map((each) => [`http: ${each}`, `${each};`])),
    ...Object.fromEntries(words.map((each) => [`server: ${each}`, `server { listen 127.0.0.1:18082; ${each}; }`])),
    'in a location': 'server { listen 127.0.0.1:18082; location / { http2_chunk_size 1k; http2_push /x; } }',
    'not in a location': 'server { listen 127.0.0.1:18082; location / { http2_max_concurrent_streams 1; } }',
  },
} satisfies CaseFile;
