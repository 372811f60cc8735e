/** What a workflow of GitHub Actions needs to know. */
export interface WorkflowFacts {
  /** As it is typed: `lab3`. */
  readonly lab: string;
  /** How many objectives the lab has: so many results go to Classroom. */
  readonly objectives: number;
  /** `OWNER/REPOSITORY` of the workbook, and the branch, tag or commit that grades. */
  readonly workbook: { readonly repository: string; readonly ref: string };
}

/**
 * The workflow for a student's repository: checks `conf.d/default.conf` with the workbook from its own repository, shows annotations and
 * a summary, and hands each objective to GitHub Classroom's reporter.
 */
export function workflow({ lab, objectives, workbook }: WorkflowFacts): string {
  const names = Array.from({ length: objectives }, (_, i) => `objective${i + 1}`);
  const results = names.map((name) => `          ${name.toUpperCase()}_RESULTS: \${{ steps.check.outputs.${name} }}`);
  return `name: ${lab}
on:
  push:
  workflow_dispatch:
permissions:
  contents: read
  checks: write
  actions: read
jobs:
  check:
    if: github.actor != 'github-classroom[bot]'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v5
      - uses: actions/checkout@v5
        with:
          repository: ${workbook.repository}
          ref: ${workbook.ref}
          path: .workbook
          persist-credentials: false
      - name: Install
        run: npm --prefix .workbook ci --omit=dev
      - name: Check
        id: check
        run: |
          status=0
          npm --prefix .workbook run -s check ${lab} -- --config conf.d/default.conf \\
            --report github=annotations.txt --report markdown=summary.md --report classroom=classroom.txt >check.log || status=$?
          # What a server sent stands in this log, and must not be taken for a command.
          token=$(openssl rand -hex 16)
          echo "::stop-commands::$token"
          cat check.log
          echo "::$token::"
          [ "$status" -le 1 ] || exit "$status"
          cat annotations.txt
          cat summary.md >>"$GITHUB_STEP_SUMMARY"
          i=0
          while read -r result; do
            i=$((i + 1))
            echo "objective$i=$result" >>"$GITHUB_OUTPUT"
          done <classroom.txt
      - name: Report to GitHub Classroom
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
${results.join('\n')}
        with:
          runners: ${names.join(',')}
`;
}
