import { devNull } from 'node:os';
import { buildConfiguration } from '../http/build-configuration.ts';
import type { Configuration } from '../http/configuration.ts';
import { modules } from '../modules/index.ts';

/** MIME types of the files that a small site has; nginx itself knows three without its `mime.types`. */
const TYPES = `types {
  text/html html htm; text/css css; text/plain txt; application/javascript js mjs; application/json json;
  image/jpeg jpg jpeg; image/png png; image/gif gif; image/svg+xml svg; image/webp webp; image/x-icon ico;
  font/woff woff; font/woff2 woff2; application/pdf pdf; text/xml xml;
}`;

/** Builds the inside of an `http` block. Throws a ConfigError. */
export function buildText(http: string): Configuration {
  const text = `events { } http { ${TYPES} default_type application/octet-stream; ${http} } error_log stderr warn;`;
  return buildConfiguration({
    file: devNull,
    prefix: process.cwd(),
    modules,
    snapshot: { files: new Map([[devNull, text]]), matches: new Map() },
  });
}
