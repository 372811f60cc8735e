import { realpathSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { answerVariables, fieldNamed } from './answer-variables.ts';
import { basicCredentials } from './basic-credentials.ts';
import { clock } from './clock.ts';
import type { Exchange } from './exchange.ts';
import type { HttpExchange } from './http-exchange.ts';
import { mapUriToPath } from './map-uri.ts';
import type { Module } from './module.ts';
import { VERSION } from './version.ts';

type Getters = NonNullable<Module['variables']>;

const host = hostname();

/** The variables of ngx_http_core_module. Source: https://nginx.org/en/docs/http/ngx_http_core_module.html#variables */
export const coreVariables: Getters = {
  arg_: (exchange, name) => argument(exchange.args, name),
  args: (exchange) => exchange.args,
  proxy_protocol_addr: ({ connection }) => connection.proxyHeader?.address,
  proxy_protocol_port: ({ connection }) => portOf(connection.proxyHeader?.port),
  proxy_protocol_server_addr: ({ connection }) => connection.proxyHeader?.serverAddress,
  proxy_protocol_server_port: ({ connection }) => portOf(connection.proxyHeader?.serverPort),
  query_string: (exchange) => exchange.args,
  is_args: (exchange) => (exchange.args === '' ? '' : '?'),
  binary_remote_addr: (exchange) => binaryAddress(exchange.connection.remoteAddress),
  body_bytes_sent: (exchange) => String(exchange.bodyBytesSent),
  bytes_sent: (exchange) => String(exchange.bytesSent),
  connection: (exchange) => String(exchange.connection.number),
  connection_time: ({ connection }) => seconds(performance.now() - connection.since),
  connection_requests: (exchange) => String(exchange.connection.requests),
  content_length: (exchange) => exchange.header('content-length') ?? exchange.variables.get('content_length'),
  content_type: (exchange) => exchange.header('content-type'),
  cookie_: (exchange, name) => cookie(exchange.header('cookie'), name),
  document_root: (exchange) => (exchange as HttpExchange).core.root(exchange),
  realpath_root: (exchange) => realPath((exchange as HttpExchange).core.root(exchange)),
  request_filename: (exchange) => mapUriToPath(exchange as HttpExchange),
  uri: (exchange) => exchange.uri || undefined,
  document_uri: (exchange) => exchange.uri,
  host: (exchange) => exchange.host,
  hostname: () => host,
  http_: requestHeader,
  https: (exchange) => (exchange.connection.secure ? 'on' : ''),
  scheme: (exchange) => (exchange.connection.secure ? 'https' : 'http'),
  limit_rate: (exchange) => String(exchange.limitRate ?? 0),
  http2: (exchange) => (exchange.httpVersion !== '2.0' ? '' : exchange.connection.secure ? 'h2' : 'h2c'),
  msec: () => (Date.now() / 1000).toFixed(3),
  nginx_version: () => VERSION,
  pid: () => String(process.pid),
  pipe: ({ connection }) => (connection.pipelined ? 'p' : '.'),
  remote_addr: (exchange) => exchange.connection.remoteAddress,
  remote_port: (exchange) => String(exchange.connection.remotePort || ''),
  remote_user: (exchange) => basicCredentials(exchange.header('authorization'))?.user,
  request: (exchange) => exchange.requestLine,
  request_body: ({ storedBody }) =>
    storedBody === undefined || storedBody.file !== undefined
      ? undefined
      : Buffer.concat(storedBody.chunks).toString('latin1'),
  request_body_file: ({ storedBody }) => storedBody?.file?.name,
  request_completion: (exchange) => ((exchange as HttpExchange).finished ? 'OK' : ''),
  request_id: requestId,
  request_length: (exchange) => String(exchange.parent === undefined ? requestLength(exchange) : 0),
  request_method: (exchange) => originalOf(exchange).method || undefined,
  request_time: (exchange) => seconds(performance.now() - exchange.startedAt),
  request_uri: (exchange) => exchange.target,
  ...answerVariables,
  server_addr: (exchange) => exchange.connection.localAddress,
  server_name: (exchange) => (exchange as HttpExchange).virtualServer.core.name,
  server_port: (exchange) => String(exchange.connection.localPort || ''),
  server_protocol: ({ protocol }) => protocol,
  status: (exchange) => String(exchange.errorStatus || exchange.status).padStart(3, '0'),
  // What the system knows of a connection isn't told to us.
  tcpinfo_rtt: () => undefined,
  tcpinfo_rttvar: () => undefined,
  tcpinfo_snd_cwnd: () => undefined,
  tcpinfo_rcv_space: () => undefined,
  time_iso8601: () => clock.iso,
  time_local: () => clock.common,
};

const seconds = (milliseconds: number): string => (Math.round(milliseconds) / 1000).toFixed(3);

/** No port is no text. */
function portOf(port: number | undefined): string | undefined {
  return port === 0 ? '' : port?.toString();
}

/** An underscore of the variable is a dash of the header, or an underscore where headers may have them. */
function requestHeader(exchange: Exchange, name: string): string | undefined {
  const value = exchange.header(name.replaceAll('_', '-'));
  if (value !== undefined || !name.includes('_')) return value;
  const { underscoresInHeaders, ignoreInvalidHeaders } = exchange.virtualServer.core;
  if (!underscoresInHeaders && ignoreInvalidHeaders) return undefined;
  return fieldNamed(exchange.requestHeaders, name);
}

/** The client's own request that a subrequest was made for. */
function originalOf(exchange: Exchange): Exchange {
  let original = exchange;
  while (original.parent !== undefined) original = original.parent;
  return original;
}

/** The value of an argument as sent; names are compared without case, as `ngx_http_arg` does. */
function argument(args: string, name: string): string | undefined {
  for (const piece of args.split('&')) {
    const equals = piece.indexOf('=');
    if (equals === name.length && piece.slice(0, equals).toLowerCase() === name) return piece.slice(equals + 1);
  }
  return undefined;
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const piece of header?.split(/[;,]/) ?? []) {
    const equals = piece.indexOf('=');
    if (equals > 0 && piece.slice(0, equals).trim().toLowerCase() === name) return piece.slice(equals + 1).trim();
  }
  return undefined;
}

/** Four or sixteen bytes, one character each. */
function binaryAddress(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((part) => String.fromCharCode(Number(part)))
      .join('');
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));
  const before = groups(head);
  const after = groups(tail);
  const all = [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return all.map((group) => String.fromCharCode((group >> 8) & 255, group & 255)).join('');
}

function realPath(root: string): string | undefined {
  try {
    return realpathSync(Buffer.from(root, 'latin1'), 'latin1');
  } catch {
    return undefined;
  }
}

/** 16 random bytes in hexadecimal, the same for one request however often it is asked. */
function requestId(exchange: Exchange): string {
  let id = exchange.variables.get('request_id');
  if (id === undefined) {
    id = Array.from({ length: 16 }, () =>
      Math.floor(Math.random() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('');
    exchange.variables.set('request_id', id);
  }
  return id;
}

/** Bytes of request line, headers and body. */
function requestLength(exchange: Exchange): number {
  let length = exchange.requestLine.length + 4;
  const headers = exchange.requestHeaders;
  for (let index = 0; index < headers.length; index += 2) {
    length += headers[index]!.length + headers[index + 1]!.length + 4;
  }
  return length + (exchange.body.bytesRead ?? exchange.body.length ?? 0);
}
