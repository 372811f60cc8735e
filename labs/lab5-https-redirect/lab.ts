import type { Lab } from '../../grader/index.ts';
import { predictions } from './predictions.ts';
import { arrives, noPlaintext, redirect, verbatim } from './redirect.ts';
import { hsts, http2, httpsContent, modernTls, tls } from './tls.ts';

const lab: Lab = {
  number: 5,
  name: 'https-redirect',
  title: 'HTTPS, and nothing else',
  applications: ['catalog'],
  tls: true,
  predictions,
  objectives: [tls, httpsContent, redirect, noPlaintext, arrives, modernTls, hsts, http2, verbatim],
};

export default lab;
