export { type ClientOptions, createClient } from './client.ts';
export { exchange, knownAddresses, openConnection, type Place } from './connection.ts';
export { joinHeaders } from './response.ts';
export { createTranslation, noTranslation, type PortPair, type Translation } from './translation.ts';
