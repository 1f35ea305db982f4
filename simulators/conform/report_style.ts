/** The looks of the HTML report: system fonts, two themes, and ink-saving on paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5b6670; --paper: #fff; --panel: #f5f7f9; --rule: #d9dfe4;
  --good: #14703c; --bad: #b3261e; --open: #8a5a00; --line: #3569b0; --field: #e8eef6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #9aa5af; --paper: #15191d; --panel: #1e2429;
  --rule: #343c44; --good: #62c78c; --bad: #ff8f85; --open: #e8b75a; --line: #86b2ee; --field: #232d39; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; border-bottom: 1px solid var(--rule); padding-bottom: .25rem; }
h3 { margin: 0; font-size: 1.05rem; }
h3 code { float: right; color: var(--soft); font-weight: normal; }
code { font: .9em ui-monospace, monospace; }
.kit { margin: 0; color: var(--soft); }
.outcome { margin: .5rem 0; font-size: 1.35rem; font-weight: 700; }
.outcome.conforms { color: var(--good); } .outcome.does_not_conform { color: var(--bad); }
.outcome.incomplete, .disturbance, .missing { color: var(--open); }
figure { margin: 1.5rem 0; } figcaption { color: var(--soft); font-size: .85rem; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
svg .field { fill: var(--field); } svg .up { fill: var(--line); } svg .refused { fill: var(--bad); }
svg .readings { stroke: var(--soft); } svg .status { stroke: var(--good); } svg .signal { stroke: var(--bad); stroke-width: 3; }
.glance { columns: 17rem 3; padding: 0; margin: 0; list-style: none; }
.glance li { break-inside: avoid; padding: .1rem 0; } .glance a { color: inherit; }
.glance li::before { display: inline-block; width: 1.4em; font-weight: 700; }
.glance .passed::before { content: "✓"; color: var(--good); } .glance .failed::before { content: "✗"; color: var(--bad); }
.glance .not_observed::before { content: "?"; color: var(--open); } .glance .not_tested::before { content: "–"; color: var(--open); }
.glance .not_applicable::before { content: "·"; }
.glance span { color: var(--soft); font-size: .85rem; } .glance .failed span { color: var(--bad); }
section { margin: .75rem 0; padding: .75rem 1rem; background: var(--panel); border-left: 4px solid var(--rule);
  border-radius: 4px; break-inside: avoid; }
section.passed { border-color: var(--good); } section.failed { border-color: var(--bad); }
section.not_observed, section.not_tested { border-color: var(--open); }
section p { margin: .35rem 0; } .why { color: var(--soft); }
.badge { font-size: .8rem; font-weight: 600; color: var(--soft); border: 1px solid; border-radius: 3px; padding: 0 .35rem; }
.passed .badge { color: var(--good); } .failed .badge { color: var(--bad); }
.not_observed .badge, .not_tested .badge { color: var(--open); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .75rem; margin: .5rem 0; }
dt { font-weight: 600; color: var(--bad); } dt.mend { color: var(--good); } dd { margin: 0; overflow-wrap: anywhere; }
.evidence { margin: .35rem 0 0; padding-left: 1.1rem; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th { text-align: left; }
td, th { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td:nth-child(2) { white-space: nowrap; font-variant-numeric: tabular-nums; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } section { background: none; } }
`
