import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Module, OK } from '../http/module.ts';

/** `stub_status`: what the connections are doing. Source: ngx_http_stub_status_module.c. */
export const stubStatusModule: Module = {
  name: 'ngx_http_stub_status_module',
  directives: [
    {
      name: 'stub_status',
      contexts: ['server', 'location'],
      arguments: [0, 1],
      level: 'location',
      set(_, __, build) {
        build.configuration<CoreLocation>(core, 'location').handler = sendStatus;
      },
    },
  ],
  variables: {
    connections_active: (exchange) => String(exchange.traffic().active),
    connections_reading: (exchange) => String(exchange.traffic().reading),
    connections_writing: (exchange) => String(exchange.traffic().writing),
    connections_waiting: (exchange) => String(exchange.traffic().waiting),
  },
};

function sendStatus(exchange: Exchange): number {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return 405;
  const { accepted, requests, active, reading, writing, waiting } = exchange.traffic();
  exchange.status = 200;
  exchange.contentType = 'text/plain';
  exchange.respond(
    `Active connections: ${active} \nserver accepts handled requests\n ${accepted} ${accepted} ${requests} \n` +
      `Reading: ${reading} Writing: ${writing} Waiting: ${waiting} \n`,
  );
  return OK;
}
