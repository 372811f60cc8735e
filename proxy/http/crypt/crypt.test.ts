import { describe, expect, test } from 'vitest';
import { isPassword } from './index.ts';

const LONG = 'a password of more than sixteen and, so that SHA-512 has to turn it over as well, sixty-four bytes';

/** Made by crypt(3), `openssl passwd` and htpasswd. */
const ENTRIES: readonly (readonly [password: string, entry: string])[] = [
  ['secret', 'abNANd1rDfiNc'],
  ['secret', '$1$saltsalt$9xy1btjgzLYfb7hivXtC//'],
  ['secret', '$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.'],
  ['secret', '$5$rounds=1234$abcdefghijklmnop$aSHuxojqVfEEV0.qtwGbO.ip54aS75PmrbE1peoBXEC'],
  ['secret', '$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.'],
  ['secret', '$6$rounds=1500$x$6NhMuGrQf168n58zYoyUNJyUiIV6lOJuzc8BJYtnK3adA0KvWmr5HTi0eHv/UvudRV84hH5U27KUvFP9lUpbt/'],
  ['secret', '$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a'],
  ['secret', '$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/'],
  ['secret', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  ['secret', '{SSHA}UgCJjM+VJJYduihDuk0aPpDtY9RzYWx0eQ=='],
  ['secret', '{PLAIN}secret'],
  [LONG, 'abws3YimNi/io'],
  [LONG, '$1$saltsalt$60DmOtDwQprWXT62Y5KGp.'],
  [LONG, '$5$saltstring$/z5f20zY5a.tICYvM7AVEmsjrYbn1WPpcsYUyWx.SK9'],
  [LONG, '$5$rounds=1234$abcdefghijklmnop$xYHNU9O1dsWxPd.Ciw/5zhBJJgxEryWn1ht8WMOuFQ0'],
  [LONG, '$6$saltstring$IKscIvJhmFQoev5BD5PYgKVel9pUVtHA4BfTtJuobqswVvWwa24tBuChkNhxf5rsqSGabCyGjshcUWp.GCLZD0'],
  [LONG, '$6$rounds=1500$x$sN5Z8f8.fGgnG6d8HW8STVJ1m1C.mHwQE22/UPM0XYHg6V0ycFKsHIRVbXp1AeQetk.mvEX22rvpZA0i7duCL1'],
  [LONG, '$2y$05$abcdefghijklmnopqrstuuMfFrgPvkXj7J/3tIIF4jpByaTx4qGmW'],
  [LONG, '$apr1$abcdefgh$O.6rmd05xhqtjBwXjR6Z/1'],
  [LONG, '{SHA}OXHAs7OW4HFyXbG0OWaIK8PeTcc='],
  [LONG, '{SSHA}0bfxqpiBG7h8jIOhxBUFl/hlvSpzYWx0eQ=='],
  [LONG, '{PLAIN}a password of more than sixteen and, so that SHA-512 has to turn it over as well, sixty-four bytes'],
];

describe('entries of password files', () => {
  test.each(ENTRIES)('%s fits %s', (password, entry) => {
    expect(isPassword(password, entry)).toBe(true);
    expect(isPassword(`x${password}`, entry)).toBe(false);
    expect(isPassword('', entry)).toBe(false);
  });

  test.each(['', '*', '!', 'plain', '$y$j9T$abc$def', '$2y$99$', '$6$rounds=1$salt$x', '{CRYPT}x'])(
    '%j fits no password',
    (entry) => {
      expect(isPassword('secret', entry)).toBe(false);
      expect(isPassword(entry, entry)).toBe(false);
    },
  );
});
