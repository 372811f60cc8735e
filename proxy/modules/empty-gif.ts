import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Module, OK } from '../http/module.ts';

/** One transparent point. */
const GIF = Buffer.from(
  '47494638396101000100800100000000ffffff21f90401000001002c00000000010001000002024c01003b',
  'hex',
);
const MADE = new Date(23_349_600_000);

/** `empty_gif`. Source: ngx_http_empty_gif_module.c. */
export const emptyGifModule: Module = {
  name: 'ngx_http_empty_gif_module',
  directives: [
    {
      name: 'empty_gif',
      contexts: ['location'],
      arguments: 0,
      level: 'location',
      set(_, __, build) {
        build.configuration<CoreLocation>(core, 'location').handler = sendGif;
      },
    },
  ],
};

function sendGif(exchange: Exchange): number {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return 405;
  const refused = exchange.discardBody();
  if (refused !== 0) return refused;
  exchange.status = 200;
  exchange.contentType = 'image/gif';
  exchange.lastModified = MADE;
  exchange.respond(GIF);
  return OK;
}
