import type { Context } from '../config/directive.ts';
import { flag, size } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import type { Exchange } from '../http/exchange.ts';
import { bodyChanges, HTML, isOfType, type MimeTypes, typesSlot } from '../http/mime-types.ts';
import type { Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';
import { SsiPage, type SsiState } from '../http/ssi/page.ts';
import { strftime } from '../http/ssi/strftime.ts';

interface SsiLocation {
  enabled?: boolean;
  silentErrors?: boolean;
  valueLength?: number;
  types?: MimeTypes;
  lastModified?: boolean;
}

/** What belongs to requests while they are answered. */
interface SsiMain {
  readonly states: WeakMap<Exchange, SsiState>;
  readonly timeFormats: WeakMap<Exchange, string>;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const setting = slot<SsiLocation>;
const TIME_FORMAT = '%A, %d-%b-%Y %H:%M:%S %Z';

/** Server side includes: pages that say what else belongs in them. Includes are asked for one after the other. Source: ngx_http_ssi_filter_module.c. */
export const ssiModule: Module = {
  name: 'ngx_http_ssi_filter_module',
  directives: [
    setting('location', [...CONTEXTS, 'if in location'], 'ssi', 'enabled', flag),
    setting('location', CONTEXTS, 'ssi_silent_errors', 'silentErrors', flag),
    setting('location', CONTEXTS, 'ssi_value_length', 'valueLength', (directive) => size(directive)),
    setting('location', CONTEXTS, 'ssi_last_modified', 'lastModified', flag),
    typesSlot(CONTEXTS, 'ssi_types'),
    accepted('location', 'ssi_min_file_chunk', CONTEXTS, (directive) => size(directive)),
    accepted('location', 'ssi_ignore_recycled_buffers', CONTEXTS, flag),
  ],
  createMain: (): SsiMain => ({ states: new WeakMap(), timeFormats: new WeakMap() }),
  createLocation: (): SsiLocation => ({}),
  mergeLocation: inherit,
  idle: ({ enabled }: SsiLocation) => enabled !== true,
  variables: {
    date_local: (exchange) => dateOf(exchange, false),
    date_gmt: (exchange) => dateOf(exchange, true),
  },
  filterHead,
};

function dateOf(exchange: Exchange, utc: boolean): string {
  const format = exchange.main<SsiMain>(ssiModule).timeFormats.get(exchange) ?? TIME_FORMAT;
  return strftime(format, new Date(), utc);
}

function filterHead(exchange: Exchange): void {
  const configuration = exchange.location<SsiLocation>(ssiModule);
  const { enabled, types = HTML, lastModified, silentErrors = false, valueLength = 255 } = configuration;
  if (enabled !== true || exchange.contentLength === 0 || !isOfType(exchange, types)) return;
  if (exchange.parent === undefined && lastModified !== true) {
    exchange.lastModified = undefined;
    exchange.removeResponseHeader('last-modified');
    exchange.removeResponseHeader('etag');
  }
  bodyChanges(exchange);
  const { states, timeFormats } = exchange.main<SsiMain>(ssiModule);
  let original = exchange;
  while (original.parent !== undefined) original = original.parent;
  const state = states.get(original) ?? { variables: new Map(), blocks: new Map(), captures: [] };
  states.set(original, state);
  const settings = {
    silentErrors,
    valueLength,
    setTimeFormat: (format: string) => void timeFormats.set(exchange, format),
  };
  exchange.addBodyFilter((sink, ready) => new SsiPage(exchange, state, settings, sink, ready));
}
