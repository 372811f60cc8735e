import type { DirectiveNote } from './note.ts';

type Notes = Readonly<Record<string, DirectiveNote>>;

const prefixed = (prefix: string, notes: Notes): Notes =>
  Object.fromEntries(Object.entries(notes).map(([name, note]) => [`${prefix}_${name}`, note]));

/** Notes of the directives that all modules which ask upstreams have in common. */
export function upstreamNotes(prefix: string): Notes {
  return prefixed(prefix, {
    pass_request_headers: { default: 'on' },
    pass_request_body: { default: 'on' },
    connect_timeout: { default: '60s' },
    send_timeout: { default: '60s' },
    read_timeout: { default: '60s' },
    next_upstream: { default: 'error timeout' },
    next_upstream_tries: { default: '0' },
    next_upstream_timeout: { default: '0' },
    buffering: { default: 'on', differs: 'bytes go on to a client that takes them at once' },
    request_buffering: { default: 'on' },
    ignore_client_abort: { default: 'off' },
    intercept_errors: { default: 'off' },
    buffer_size: { default: '4k | 8k', differs: 'always 4k; bounds the head alone' },
    buffers: { default: '8 4k | 8k', differs: 'always 8 4k; the sum bounds what waits in memory for a slow client' },
    busy_buffers_size: { default: '8k | 16k', differs: "checked, without effect: what a client takes is its socket's" },
    max_temp_file_size: { default: '1024m' },
    temp_file_write_size: {
      default: '8k | 16k',
      differs: 'checked, without effect: what is in memory is written at once',
    },
    temp_path: { default: `${prefix}_temp`, differs: "the system's folder when none is given" },
    socket_keepalive: { default: 'off' },
    force_ranges: { default: 'off' },
    limit_rate: { default: '0' },
    bind: { differs: '`transparent` is read and ignored, with a warning' },
    store: { default: 'off', differs: 'the file is written beside its place; the temporary folder is not used' },
    store_access: { default: 'user:rw' },
    cache: { default: 'off' },
    cache_methods: { default: 'GET HEAD' },
    cache_min_uses: { default: '1' },
    cache_lock: { default: 'off' },
    cache_lock_timeout: { default: '5s' },
    cache_lock_age: { default: '5s' },
    cache_use_stale: { default: 'off' },
    cache_revalidate: { default: 'off' },
    cache_background_update: { default: 'off' },
  });
}

/** Notes of the directives for TLS to upstreams. */
export function upstreamTlsNotes(prefix: string): Notes {
  return prefixed(prefix, {
    ssl_verify: { default: 'off' },
    ssl_verify_depth: { default: '1' },
    ssl_conf_command: {
      differs:
        '`CipherString`, `Ciphersuites`, `Groups`, `Curves`, `SignatureAlgorithms`, `MinProtocol`, `MaxProtocol`, `Options`; others are an error',
    },
    ssl_certificate: { differs: 'one that variables name is read when it is first used' },
    ssl_server_name: { default: 'off' },
    ssl_session_reuse: { default: 'on', differs: 'sessions belong to a location, and not to the server' },
    ssl_name: { default: prefix === 'proxy' ? '$proxy_host' : `the host of ${prefix}_pass` },
    ssl_ciphers: { default: 'DEFAULT' },
    ssl_protocols: { default: 'TLSv1.2 TLSv1.3', differs: 'the range from the least to the highest' },
  });
}
