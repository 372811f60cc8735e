/** User and password, bytes as latin1. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What an `Authorization: Basic` header says; `undefined` when it says nothing usable. Source: ngx_http_auth_basic_user; RFC 7617. */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const encoded = /^basic +([^ ].*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [digits] = encoded.split('=') as [string];
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  const text = Buffer.from(digits, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  // Passwords are C strings.
  return { user: text.slice(0, colon), password: text.slice(colon + 1).split('\0')[0]! };
}
