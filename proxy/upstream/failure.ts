import { verifyError } from '../http/verify-errors.ts';

/** Why another upstream server may be tried, as `proxy_next_upstream` names it. One bit each. */
export const NEXT = {
  error: 1,
  timeout: 2,
  invalid_header: 4,
  http_500: 8,
  http_502: 16,
  http_503: 32,
  http_504: 64,
  http_403: 128,
  http_404: 256,
  http_429: 512,
  updating: 1024,
  non_idempotent: 2048,
} as const;

export const NEXT_OFF = 1 << 30;

/** The bits of `NEXT` for the words of a directive. */
export function reasonBits(words: Iterable<string>): number {
  return [...words].reduce((bits, word) => bits | NEXT[word as keyof typeof NEXT], 0);
}

/** The bit of a status that `proxy_next_upstream` may name; 0 for others. */
export function nextStatus(status: number): number {
  switch (status) {
    case 500:
      return NEXT.http_500;
    case 502:
      return NEXT.http_502;
    case 503:
      return NEXT.http_503;
    case 504:
      return NEXT.http_504;
    case 403:
      return NEXT.http_403;
    case 404:
      return NEXT.http_404;
    case 429:
      return NEXT.http_429;
    default:
      return 0;
  }
}

/** The status a request ends with when its last attempt failed this way. */
export function statusOfFailure(kind: number): number {
  switch (kind) {
    case NEXT.timeout:
    case NEXT.http_504:
      return 504;
    case NEXT.http_500:
      return 500;
    case NEXT.http_503:
      return 503;
    case NEXT.http_403:
      return 403;
    case NEXT.http_404:
      return 404;
    case NEXT.http_429:
      return 429;
    default:
      return 502;
  }
}

const ERRORS: Readonly<Record<string, string>> = {
  ENOENT: '2: No such file or directory',
  EACCES: '13: Permission denied',
  EPIPE: '32: Broken pipe',
  EADDRNOTAVAIL: '99: Cannot assign requested address',
  ENETUNREACH: '101: Network is unreachable',
  ECONNRESET: '104: Connection reset by peer',
  ETIMEDOUT: '110: Connection timed out',
  ECONNREFUSED: '111: Connection refused',
  EHOSTUNREACH: '113: No route to host',
};

/** The system's number and words for an error, as nginx logs them: `111: Connection refused`. */
export function systemError(error: NodeJS.ErrnoException): string {
  return ERRORS[error.code ?? ''] ?? `${Math.abs(error.errno ?? 0)}: ${error.message}`;
}

const USUAL = new Set(['ECONNREFUSED', 'EAGAIN', 'ECONNRESET', 'ENETDOWN', 'ENETUNREACH', 'EHOSTDOWN', 'EHOSTUNREACH']);

/** How grave a failed connect is. Source: ngx_event_connect_peer. */
export function connectErrorLevel(error: NodeJS.ErrnoException): 'error' | 'crit' {
  return USUAL.has(error.code ?? '') ? 'error' : 'crit';
}

/** nginx's words for a connection that could not be made; `path` is that of a Unix socket. */
export function connectFailure(error: NodeJS.ErrnoException, path: string | undefined): string {
  return `connect() ${path === undefined ? '' : `to unix:${path} `}failed (${systemError(error)}) while connecting to upstream`;
}

/** nginx's words for a local address that can't be had. */
export function bindFailure(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const host = error.address?.includes(':') ? `[${error.address}]` : error.address;
  return `bind(${host}${error.port ? `:${error.port}` : ''}) failed (${systemError(error)}) while connecting to upstream`;
}

/** nginx's words for a handshake that failed. */
export function handshakeFailure(error: NodeJS.ErrnoException): string {
  return `${tlsFailure(error)} while SSL handshaking to upstream`;
}

function tlsFailure(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    return `peer closed connection in SSL handshake (${systemError(error)})`;
  if (error.code?.startsWith('ERR_SSL') || error.code === 'EPROTO')
    return `SSL_do_handshake() failed (SSL: ${error.message.trim()})`;
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `upstream SSL certificate does not match "${(error as { host?: string }).host ?? ''}"`;
  }
  return `upstream SSL certificate verify error: (${verifyError(error.code ?? error.message)})`;
}
