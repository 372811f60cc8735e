import type { Context } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { KeptBody, keepBody } from '../http/kept-body.ts';
import { AGAIN, DECLINED, type Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';
import { subrequest } from '../http/subrequest.ts';
import { systemTemporaryPath } from '../http/temporary-file.ts';

interface MirrorLocation {
  uris?: string[] | 'off';
  requestBody?: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** Sends a copy of each request to other paths, and forgets their answers. Source: ngx_http_mirror_module.c. */
export const mirrorModule: Module = {
  name: 'ngx_http_mirror_module',
  directives: [
    {
      name: 'mirror',
      contexts: CONTEXTS,
      arguments: 1,
      level: 'location',
      set(configuration: MirrorLocation, directive, build) {
        const { text } = directive.words[0]!;
        const { uris } = configuration;
        if (uris === 'off' || (text === 'off' && uris !== undefined)) build.fail('"mirror" directive is duplicate');
        if (text === 'off') configuration.uris = 'off';
        else configuration.uris = [...(uris ?? []), text];
      },
    },
    slot<MirrorLocation>('location', CONTEXTS, 'mirror_request_body', 'requestBody', flag),
  ],
  createLocation: (): MirrorLocation => ({}),
  mergeLocation: inherit,
  idle: ({ uris = 'off' }: MirrorLocation) => uris === 'off',
  phases: { precontent: mirrorRequest },
};

function mirrorRequest(exchange: Exchange): number {
  const { uris, requestBody = true } = exchange.location<MirrorLocation>(mirrorModule);
  if (uris === undefined || uris === 'off' || exchange.parent !== undefined) return DECLINED;
  if (!requestBody || exchange.body.length === 0) {
    sendCopies(exchange, uris, false);
    return DECLINED;
  }
  const go = (): void => {
    sendCopies(exchange, uris, true);
    exchange.resume(DECLINED);
  };
  if (exchange.body instanceof KeptBody) return DECLINED;
  const { clientBodyBufferSize, clientBodyTempPath } = exchange.core;
  const place = clientBodyTempPath ?? systemTemporaryPath('client-body');
  keepBody(exchange, clientBodyBufferSize, place, go, (status) => exchange.resume(status));
  return AGAIN;
}

function sendCopies(exchange: Exchange, uris: readonly string[], withBody: boolean): void {
  for (const uri of uris) {
    const body = withBody ? (exchange.body as KeptBody).again() : undefined;
    subrequest(exchange, {
      uri,
      args: exchange.args,
      method: exchange.method,
      headerOnly: true,
      background: true,
      ...(body === undefined ? {} : { body }),
      done: () => body?.close(),
    });
  }
}
