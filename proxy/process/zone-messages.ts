/** What workers and their master tell each other about shared zones, several at a time. */
export type ZoneMessage =
  /** A worker has something done; numbers are its own. */
  | { readonly kind: 'ask'; readonly asked: readonly Asked[] }
  | { readonly kind: 'answer'; readonly answers: readonly (readonly [number: number, result: unknown])[] }
  /** A worker has something done by the master, whoever has the zones. */
  | { readonly kind: 'tell'; readonly act: string; readonly told: unknown }
  /** The zones, with all they hold, are the worker's own from now on: it is the only one. */
  | { readonly kind: 'own'; readonly saved: SavedZones }
  /** The master wants them back ... */
  | { readonly kind: 'recall' }
  /** ... and gets them. */
  | { readonly kind: 'returned'; readonly saved: SavedZones };

export type Asked = readonly [number: number, act: string, asked: unknown];

export type SavedZones = readonly (readonly [zone: string, saved: unknown])[];

/** Whether a message between master and worker is about zones. */
export function isZoneMessage(message: unknown): message is ZoneMessage {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
