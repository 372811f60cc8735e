/** The style sheet of every page: light and dark, wide and narrow, and on paper. Contrast is AA or better in both. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #1f2328; --soft: #59636e; --rule: #d9d6cd; --quiet: #f3f1ea;
  --good: #1a7f37; --good-tint: #dafbe1; --bad: #b3261e; --bad-tint: #fde7e5; --warn: #855d00; --warn-tint: #fff3c9;
  --accent: #0b5cad; --accent-tint: #dcebfb;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f24; --ink: #e6e8ea; --soft: #a3abb3; --rule: #363c43; --quiet: #23282e;
    --good: #57c26e; --good-tint: #12361d; --bad: #ff8379; --bad-tint: #471a17; --warn: #e3b341; --warn-tint: #3a2d08;
    --accent: #79b8ff; --accent-tint: #12304f;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: .8rem; font-weight: 600; color: var(--soft); margin: 1.25rem 0 .4rem; text-transform: uppercase; letter-spacing: .05em; }
p { margin: .4rem 0; } a { color: var(--accent); } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { margin-bottom: 1.25rem; } section + section { margin-top: 4rem; }
code, pre { font-family: var(--mono); font-size: .86rem; }
pre { margin: 0; overflow-x: auto; }
.soft { color: var(--soft); } .small { font-size: .88rem; } .nowrap { white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.verdict { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 1rem; margin: 1rem 0 .6rem; }
.verdict strong { font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.badge { border-radius: 1rem; padding: .1rem .7rem; font-weight: 600; font-size: .88rem; white-space: nowrap; }
.badge.passed { color: var(--good); background: var(--good-tint); }
.badge.failed, .badge.refused { color: var(--bad); background: var(--bad-tint); }
.badge.error, .badge.late { color: var(--warn); background: var(--warn-tint); }
.broken { color: var(--warn); background: var(--warn-tint); border-left: 4px solid var(--warn); border-radius: .3rem; padding: .5rem .8rem; }
.badge.stretch, .badge.skipped { color: var(--soft); background: var(--quiet); }
svg { display: block; max-width: 100%; height: auto; font-family: system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); } svg .mono { font-family: var(--mono); }
svg .box { fill: var(--card); stroke: var(--rule); stroke-width: 1.5; } svg .own { stroke: var(--accent); stroke-width: 2; }
svg .edge { fill: none; stroke: var(--soft); } svg .tip { fill: var(--soft); stroke: none; }
svg .edge.none { stroke: var(--rule); stroke-dasharray: 3 4; }
svg .track { fill: var(--quiet); } svg .even { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2 3; }
svg .fill { fill: var(--accent); } svg .passed { fill: var(--good); } svg .failed { fill: var(--bad); }
svg .error { fill: var(--warn); } svg .skipped { fill: var(--rule); } svg .stretch { opacity: .6; }
.strip { width: 100%; height: 14px; margin: .75rem 0; }
details.objective { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; margin: .6rem 0; overflow: hidden; }
details.objective > summary { display: grid; grid-template-columns: 1.4rem 1fr auto; gap: .5rem; padding: .7rem 1rem; cursor: pointer; list-style: none; }
details.objective > summary::-webkit-details-marker { display: none; }
details.objective > summary:hover { background: var(--quiet); }
details.objective[open] > summary { border-bottom: 1px solid var(--rule); }
summary .points { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.mark { font-weight: 700; text-align: center; } .mark.passed { color: var(--good); } .mark.failed { color: var(--bad); }
.mark.error { color: var(--warn); } .mark.skipped { color: var(--soft); }
.inside { padding: .4rem 1rem 1.1rem; }
.compare { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .6rem; margin-top: .8rem; }
.compare > div { border-left: 4px solid; border-radius: .3rem; padding: .5rem .8rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.compare h3 { margin: 0; }
.compare > .expected { border-color: var(--good); background: var(--good-tint); }
.compare > .received { border-color: var(--bad); background: var(--bad-tint); }
.compare h3 { color: inherit; }
.cause p { overflow-wrap: anywhere; white-space: pre-wrap; }
.code { border: 1px solid var(--rule); border-radius: .4rem; background: var(--quiet); overflow-x: auto; }
.code .name { font-family: var(--mono); font-size: .82rem; color: var(--soft); padding: .3rem .8rem; border-bottom: 1px solid var(--rule); }
.code pre { padding: .5rem .8rem; } .code pre.numbered { padding: .4rem 0; width: max-content; min-width: 100%; }
.code pre.numbered span { display: block; padding: 0 .8rem; border-left: 4px solid transparent; }
.code pre.numbered i { display: inline-block; width: 2.8rem; padding-right: 1rem; text-align: right; color: var(--soft); font-style: normal; user-select: none; }
.code pre.numbered .blamed { background: var(--bad-tint); border-left-color: var(--bad); font-weight: 600; }
.wire { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .6rem; }
.wire .code pre { white-space: pre-wrap; overflow-wrap: anywhere; }
mark { border-radius: .2rem; padding: .05rem .15rem; color: inherit; }
mark.bad { background: var(--bad-tint); outline: 1px solid var(--bad); font-weight: 600; }
mark.good { background: var(--good-tint); outline: 1px dashed var(--good); }
mark.changed { background: var(--warn-tint); outline: 1px solid var(--warn); }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: flex-start; margin-top: .6rem; }
figure { margin: 0; flex: 0 1 auto; min-width: min(17rem, 100%); } figcaption { color: var(--soft); font-size: .85rem; margin-top: .4rem; }
.inside details { margin: .4rem 0; } .inside details summary { cursor: pointer; color: var(--accent); width: fit-content; }
p code, .compare code { background: var(--quiet); border-radius: .25rem; padding: .05rem .25rem; } .compare code { background: none; padding: 0; font-weight: 600; }
.scroll { overflow-x: auto; }
td svg { margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .88rem; padding-bottom: .4rem; }
th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: .85rem; } tbody th { font-weight: 500; }
td.number, th.number { text-align: right; }
@media (max-width: 40rem) {
  main { padding: 1.25rem .8rem 3rem; } h1 { font-size: 1.35rem; }
  td:has(> svg) { display: none; }
  details.objective > summary { padding: .6rem .7rem; } .inside { padding: .2rem .7rem .9rem; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --quiet: #f5f5f5; --good: #145c28; --good-tint: #e9f7ed;
    --bad: #8f1d17; --bad-tint: #fbeae9; --warn: #6b4a00; --warn-tint: #fdf5da; --accent: #08417b; --accent-tint: #e5effa; }
  html { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; } main { max-width: none; padding: 0; }
  .hints { display: none; }
  .code, .compare > div, figure, tr { break-inside: avoid; } summary { break-after: avoid; } section + section { break-before: page; margin-top: 0; }
  .manual a::after { content: " (" attr(href) ")"; overflow-wrap: anywhere; } .code pre { white-space: pre-wrap; }
}
`;
