import type { Protocol } from '../../labs/catalog-app/index.ts';
import { ended, onInterrupt } from './interrupt.ts';
import { print } from './output.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface CatalogOptions {
  readonly port?: string;
  readonly host?: string;
  readonly name?: string;
  readonly backOffice?: boolean;
  readonly protocol?: string;
}

/** The ports that labs and nginx's manual use. */
const usualPorts: Readonly<Record<string, string>> = { http: '8080', uwsgi: '3031', fastcgi: '9000' };

/** `catalog`: the film catalog (or the back office) by itself, until Ctrl-C. */
export async function catalog(options: CatalogOptions): Promise<number> {
  const scheme = options.protocol ?? 'http';
  if (!Object.hasOwn(usualPorts, scheme)) {
    throw new UsageError(`--protocol: "${scheme}" is not one of ${Object.keys(usualPorts).join(', ')}`);
  }
  const text = options.port ?? (options.backOffice && scheme === 'http' ? '9090' : usualPorts[scheme]!);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UsageError(`--port: "${text}" is not a port (0 to 65535)`);
  const host = options.host ?? '127.0.0.1';
  const name = options.name ?? (options.backOffice ? 'back-office' : 'catalog');
  const protocol = scheme === 'http' ? undefined : (scheme as Protocol);
  const interrupt = onInterrupt({ alsoUnread: true });
  const { startBackOffice, startCatalog } = await import('../../labs/catalog-app/index.ts');
  try {
    const running = await (options.backOffice ? startBackOffice : startCatalog)({ port, host, name, protocol });
    await print(`${name} listens on ${scheme}://${host}:${running.port}  (Ctrl-C ends it)\n`);
    await ended(interrupt.signal);
    await running.close();
    return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    process.stderr.write(`Port ${port} is taken. Another one: npm run catalog -- --port ${port + 1}\n`);
    return exitCodes.usage;
  } finally {
    interrupt.release();
  }
}
