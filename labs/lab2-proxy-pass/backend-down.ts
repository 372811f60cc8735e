import { expectOutage, type Objective } from '../../grader/index.ts';

export const backendDown: Objective = {
  id: 'lab2.backend-down',
  title:
    'With the application stopped clients get 502, 503 or 504 within 10 s, and 200 again within 15 s of its return.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab2.forwards'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 50_000,
  why: 'Applications are restarted every day. The server in front has to say so honestly, and to notice when they are back.',
  hints: [
    'What does a client see while the application is down: an honest error, an old page, or nothing for a long time?',
    'Look at `error_page` (does it change the status?), at `proxy_connect_timeout`, and at `fail_timeout` of an upstream.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout',
  check: (trial) => expectOutage(trial, trial.world.application('catalog')),
};
