import path from 'node:path';
import type { Directive } from '../../proxy/config/index.ts';

/** Folders and files of the world that a configuration may name (labs.md), and Debian's document root. */
const places = [
  '/etc/nginx',
  '/usr/share/nginx',
  '/var/log/nginx',
  '/var/cache/nginx',
  '/var/lib/nginx',
  '/var/www',
  '/run/nginx.pid',
  '/var/run/nginx.pid',
  '/run/nginx',
  '/var/run/nginx',
] as const;

const devices = ['/dev/null', '/dev/stdout', '/dev/stderr'];

/** Directives that bring foreign code or other protocols in. */
const ways: readonly (readonly [RegExp, string])[] = [
  [/^load_module$/, 'modules of your own cannot be loaded here'],
  [/^(perl|perl_.*|lua_.*|.*_by_lua.*|js_.*|njs_.*)$/, 'programs inside the configuration cannot run here'],
  [/^(ssl_engine|proxy_ssl_engine)$/, 'OpenSSL engines cannot be loaded here'],
  [/^(ssl_stapling_responder|ssl_ocsp_responder)$/, 'it would ask another machine'],
  [/^(google_perftools_profiles|working_directory|debug_points|env)$/, 'it reaches out of the sandbox'],
  [/^(stream|mail|rtmp)$/, 'the labs are about HTTP alone'],
];

/** Directives whose words are paths of files: which of them, or all but the first. */
const pathWords: Readonly<Record<string, number>> = {
  root: 0,
  alias: 0,
  include: 0,
  pid: 0,
  lock_file: 0,
  error_log: 0,
  access_log: 0,
  auth_basic_user_file: 0,
  ssl_certificate: 0,
  ssl_certificate_key: 0,
  ssl_trusted_certificate: 0,
  ssl_client_certificate: 0,
  ssl_dhparam: 0,
  ssl_crl: 0,
  ssl_password_file: 0,
  ssl_session_ticket_key: 0,
  ssl_stapling_file: 0,
  proxy_ssl_certificate: 0,
  proxy_ssl_certificate_key: 0,
  proxy_ssl_trusted_certificate: 0,
  proxy_ssl_crl: 0,
  proxy_ssl_password_file: 0,
  proxy_cache_path: 0,
  fastcgi_cache_path: 0,
  uwsgi_cache_path: 0,
  scgi_cache_path: 0,
  proxy_temp_path: 0,
  fastcgi_temp_path: 0,
  uwsgi_temp_path: 0,
  scgi_temp_path: 0,
  client_body_temp_path: 0,
  proxy_store: 0,
  fastcgi_store: 0,
  uwsgi_store: 0,
  scgi_store: 0,
  charset_map: 2,
  geoip_country: 0,
  geoip_city: 0,
  geoip_org: 0,
  xslt_stylesheet: 0,
  xml_entities: 0,
  auth_jwt_key_file: 0,
  hash_file: 0,
};

/** Names of directives of other versions and modules that take a file. */
const pathName = /_(file|path|certificate|certificate_key|crl|dhparam|key_log|ticket_key|store)$/;

/** The word of a directive that is a file's path, by its index, or undefined. */
export function pathWord({ name }: Directive): number | undefined {
  if (Object.hasOwn(pathWords, name)) return pathWords[name];
  return pathName.test(name) && !name.endsWith('_cookie_path') ? 0 : undefined;
}

/** Whether a pattern of `include` brings in the same files for everybody who reads it: nothing but `*` and `?` is special. */
export function readsAsWritten(pattern: string): boolean {
  return !/[\\[\]{}~]/.test(pattern);
}

/** Whether a normalised path belongs to the world. */
export function inWorld(file: string): boolean {
  const normal = path.posix.normalize(file).replace(/(?<=.)\/$/, '');
  return devices.includes(normal) || places.some((place) => normal === place || normal.startsWith(`${place}/`));
}

export function isDevice(file: string): boolean {
  return devices.includes(file);
}

/** The most of what costs the machine that runs the check. */
const most: Readonly<Record<string, number>> = { worker_processes: 16, worker_connections: 200_000 };

/** Why a directive may not be used in the sandbox at all, or undefined. */
export function forbidden({ name, words: [first] }: Directive): string | undefined {
  const way = ways.find(([pattern]) => pattern.test(name));
  if (way !== undefined) return `"${name}" is not allowed in a check: ${way[1]}`;
  if (first === undefined) return undefined;
  if (Object.hasOwn(most, name) && Number(first.text) > most[name]!)
    return `"${name} ${first.text}": a check has room for ${most[name]}`;
  // OpenSSL's own commands reach files that nginx's directives would have to name.
  if (name.endsWith('ssl_conf_command') && /file|path|certificate|privatekey|dhparam|engine/i.test(first.text))
    return `"${name} ${first.text}" is not allowed in a check: files are named by nginx's own directives`;
  return undefined;
}

/** What a path outside the world is answered with. */
export function outsidePath(file: string): string {
  return `"${file}" is outside the lab's world: files may lie in ${places.slice(0, 4).join(', ')}`;
}

/** What an address outside the world is answered with. */
export function outsideAddress(address: string): string {
  return `"${address}" is outside the lab's world: applications listen on 127.0.0.1 (see the lab's addresses)`;
}

/** Directives whose words become paths below `root` without being normalised by the server. */
export function climbs(directive: Directive): boolean {
  if (!/^(try_files|rewrite|error_page|set|index|auth_request|mirror|dav_methods|post_action)$/.test(directive.name))
    return false;
  return directive.words.some(({ text }) => /(^|[/=])\.\.(\/|$)/.test(text));
}
