import { findNginx } from '../target/engine.ts';

/** Why tests on real nginx are skipped; undefined where they run. With WORKBOOK_REQUIRE_NGINX=1 its absence is an error. */
export const nginxMissing: string | undefined = (() => {
  try {
    findNginx();
    return undefined;
  } catch (error) {
    if (process.env.WORKBOOK_REQUIRE_NGINX === '1') throw error;
    return (error as Error).message;
  }
})();
