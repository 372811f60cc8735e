export type { Application, ApplicationAnswer, ApplicationRequest, RunningApplication } from './application.ts';
export { createBackOffice } from './back-office.ts';
export { type CatalogOptions, createCatalog } from './catalog.ts';
export { type Film, films, type Genre, genres, type MediaType } from './films.ts';
export { applicationRequest, gatewayAnswer, type Protocol, readGateway } from './gateway-messages.ts';
export type { GatewayRequest } from './gateway-request.ts';
export { type ServeOptions, startBackOffice, startCatalog } from './serve.ts';
export { CLOSE, converse, readFrame, TEXT, webSocketKey, writeFrame } from './websocket.ts';
