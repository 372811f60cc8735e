/** What an archive may become at most. */
export interface ArchiveLimits {
  /** Bytes of all files together. */
  readonly bytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Entries of every kind. */
  readonly entries: number;
  /** Folders above a file. */
  readonly depth: number;
  /** Bytes that one byte of the archive may become, once more than 10 MiB have come out. */
  readonly ratio: number;
  /** ms for the whole extraction. */
  readonly time: number;
}

const mebibyte = 1024 * 1024;

/** What one student hands in. */
export const submissionLimits: ArchiveLimits = {
  bytes: 128 * mebibyte,
  fileBytes: 32 * mebibyte,
  entries: 20_000,
  depth: 32,
  ratio: 100,
  time: 60_000,
};

/** The export of a whole class, the archives of its students inside. */
export const classLimits: ArchiveLimits = {
  bytes: 8192 * mebibyte,
  fileBytes: 512 * mebibyte,
  entries: 500_000,
  depth: 40,
  ratio: 100,
  time: 900_000,
};

/** Below this the ratio says nothing: an empty log of ten megabytes compresses a thousandfold. */
export const harmlessBytes = 10 * mebibyte;

/** A size for people, e.g. `32 MiB`. */
export function describeBytes(bytes: number): string {
  return bytes < mebibyte ? `${bytes} bytes` : `${Math.round(bytes / mebibyte)} MiB`;
}
