import { ended, onInterrupt } from './interrupt.ts';
import { print } from './output.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface CatalogOptions {
  readonly port?: string;
  readonly host?: string;
  readonly name?: string;
  readonly backOffice?: boolean;
}

/** `catalog`: the film catalog (or the back office) by itself, until Ctrl-C. */
export async function catalog(options: CatalogOptions): Promise<number> {
  const text = options.port ?? (options.backOffice ? '9090' : '8080');
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UsageError(`--port: "${text}" is not a port (0 to 65535)`);
  const host = options.host ?? '127.0.0.1';
  const name = options.name ?? (options.backOffice ? 'back-office' : 'catalog');
  const interrupt = onInterrupt({ alsoUnread: true });
  const { startBackOffice, startCatalog } = await import('../../labs/catalog-app/index.ts');
  try {
    const running = await (options.backOffice ? startBackOffice : startCatalog)({ port, host, name });
    await print(`${name} listens on http://${host}:${running.port}  (Ctrl-C ends it)\n`);
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
