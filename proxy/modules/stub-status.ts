import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, DECLINED, type Module, OK } from '../http/module.ts';

/** ms for which what other processes counted is new enough for a variable. */
const NEW_ENOUGH = 100;

const VARIABLES = ['connections_active', 'connections_reading', 'connections_writing', 'connections_waiting'];

interface StubStatusMain {
  /** The configuration has one of the variables somewhere. */
  variables: boolean;
}

/** `stub_status`: what the connections of all workers are doing. Source: ngx_http_stub_status_module.c. */
export const stubStatusModule: Module = {
  name: 'ngx_http_stub_status_module',
  alwaysAtWork: true,
  createMain: (): StubStatusMain => ({ variables: false }),
  directives: [
    {
      name: 'stub_status',
      contexts: ['server', 'location'],
      arguments: [0, 1],
      level: 'location',
      set(_, __, build) {
        build.configuration<CoreLocation>(core, 'location').handler = answerStatus;
      },
    },
  ],
  variables: {
    connections_active: (exchange) => String(exchange.traffic.known().active),
    connections_reading: (exchange) => String(exchange.traffic.known().reading),
    connections_writing: (exchange) => String(exchange.traffic.known().writing),
    connections_waiting: (exchange) => String(exchange.traffic.known().waiting),
  },
  postConfiguration(main: StubStatusMain, build) {
    main.variables = VARIABLES.some((name) => build.isReferred(name));
  },
  idle: (_, main: StubStatusMain) => !main.variables,
  phases: { 'post-read': learnCounts },
};

/** Variables are read without waiting, so the other workers are asked before anybody may read one. */
function learnCounts(exchange: Exchange): number {
  const { traffic } = exchange;
  if (traffic.age < NEW_ENOUGH) return DECLINED;
  const asked = traffic.ask(() => {
    if (!exchange.finished) exchange.resume(DECLINED);
  });
  return asked ? AGAIN : DECLINED;
}

function answerStatus(exchange: Exchange): number {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return 405;
  const refused = exchange.discardBody();
  if (refused !== 0) return refused;
  const asked = exchange.traffic.ask(() => {
    if (!exchange.finished) sendStatus(exchange);
  });
  if (!asked) sendStatus(exchange);
  return OK;
}

function sendStatus(exchange: Exchange): void {
  const { accepted, handled, requests, active, reading, writing, waiting } = exchange.traffic.known();
  exchange.status = 200;
  exchange.contentType = 'text/plain';
  exchange.respond(
    `Active connections: ${active} \nserver accepts handled requests\n ${accepted} ${handled} ${requests} \n` +
      `Reading: ${reading} Writing: ${writing} Waiting: ${waiting} \n`,
  );
}
