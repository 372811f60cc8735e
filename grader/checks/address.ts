/** Whether an address is one the probe sends from, however the server writes it. */
export function isProbe(address: string): boolean {
  return /^(::ffff:)?127\.\d+\.\d+\.\d+$|^\[?::1\]?$/.test(address.trim());
}
