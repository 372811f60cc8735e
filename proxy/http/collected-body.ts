import type { Exchange } from './exchange.ts';
import { type TemporaryFile, TemporaryFileError, type TemporaryPath } from './temporary-file.ts';

/** A whole body: its bytes are in memory, or in a file without a name. */
export interface CollectedBody {
  /** Empty when there is a file. */
  readonly chunks: readonly Buffer[];
  readonly file: TemporaryFile | undefined;
  /** Bytes. */
  readonly size: number;
}

/**
 * Reads the whole body of an exchange: into memory up to `most` bytes (`client_body_buffer_size`), beyond that into a file
 * below `place`, so that memory stays bounded; into a file whatever its size where `client_body_in_file_only` says so.
 * Source: ngx_http_read_client_request_body.
 */
export function collectBody(
  exchange: Exchange,
  most: number,
  place: TemporaryPath,
  onReady: (body: CollectedBody) => void,
  onError: (status: number) => void,
): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let file: TemporaryFile | undefined;
  let broken = false;
  const inFile = exchange.core.clientBodyInFileOnly !== 'off';
  const failed = (status: number): void => {
    if (broken) return;
    broken = true;
    exchange.onAbort = undefined;
    file?.close();
    onError(status);
  };
  exchange.onAbort = () => file?.close();
  const intoFile = (): void => {
    try {
      file ??= newFile(exchange, place);
      for (const piece of chunks) file.append(piece);
    } catch (error) {
      if (!(error instanceof TemporaryFileError)) throw error;
      exchange.logError('crit', error.message);
      failed(500);
    }
    chunks = [];
  };
  exchange.body.start(
    (chunk) => {
      if (broken) return;
      size += chunk.length;
      chunks.push(chunk);
      if (size > most || file !== undefined) intoFile();
    },
    () => {
      if (inFile && file === undefined && !broken) intoFile();
      if (broken) return;
      exchange.onAbort = undefined;
      if (exchange.body.length === undefined) exchange.variables.set('content_length', String(size));
      const body = { chunks, file, size };
      exchange.storedBody = body;
      onReady(body);
    },
    failed,
  );
}

/** How long a body's file has a name, by `client_body_in_file_only`. */
const NAMED = { off: undefined, clean: 'until closed', on: 'for ever' } as const;

function newFile(exchange: Exchange, place: TemporaryPath): TemporaryFile {
  const { clientBodyInFileOnly: only } = exchange.core;
  const file = place.open(NAMED[only]);
  exchange.logError(
    only === 'off' ? 'warn' : 'notice',
    `a client request body is buffered to a temporary file ${file.name}`,
  );
  return file;
}
