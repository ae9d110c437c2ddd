/** The style of a page, which stands in it: colours for light and dark, for narrow screens and for paper. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1f2328; --page: #fff; --soft: #f3f5f8; --line: #c5ccd6; --faint: #59636e;
  --good: #116329; --good-soft: #d9f2e0; --bad: #a40e26; --bad-soft: #ffebe9; --careful: #7d4e00; --link: #0550ae; --mark: #fff3c4; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --page: #0f1419; --soft: #1a212b; --line: #3d4653; --faint: #a2acb8;
    --good: #6fdd8b; --good-soft: #12351f; --bad: #ff9b96; --bad-soft: #43151a; --careful: #f2cc60; --link: #79b8ff; --mark: #4a3d0a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; padding: 0; list-style: none; }
.verdict { padding: .5rem .75rem; border-left: .4rem solid var(--bad); background: var(--bad-soft); }
.verdict.good { border-color: var(--good); background: var(--good-soft); }
.wide { overflow-x: auto; max-width: 100%; padding: 2px; }
table { border-collapse: collapse; }
th, td { padding: .25rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: normal; }
thead th { background: var(--soft); }
.grid td, .grid th { white-space: nowrap; }
.grid td.move { background: var(--good-soft); }
.grid td.move a { color: var(--good); font-weight: 600; text-decoration: none; }
.grid td.move a:hover, .grid td.move a:focus { text-decoration: underline; }
.grid .stage-begin { border-left: 3px solid var(--text); }
.grid .no-return { border-left: 4px double var(--careful); }
.no-return-note { color: var(--careful); font-weight: 600; }
tr.lit { background: var(--good-soft); }
tr.lit th, tr.lit td:first-child { border-left: .4rem solid var(--good); }
tr.conflict { background: var(--bad-soft); }
tr.conflict td:first-child { border-left: .4rem solid var(--bad); }
tr.dim { color: var(--faint); }
tr:target, li:target, tr.chosen, li.chosen { background: var(--mark); outline: 2px solid var(--careful); }
.timeline { padding-left: 0; list-style: none; border-left: 3px solid var(--line); }
.timeline > li { margin: .25rem 0; padding: .25rem .75rem; }
.timeline > li.rest { border-left: .4rem solid var(--good); margin-left: -.2rem; }
.timeline ul { margin: 0; padding-left: 1.25rem; }
.faint { color: var(--faint); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: .5rem .75rem; background: var(--soft); font: .875rem/1.45 ui-monospace, monospace; }
.gantt svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
.gantt rect { stroke: var(--page); }
.gantt rect.forward { fill: var(--good); }
.gantt rect.back { fill: var(--careful); }
.gantt rect.failed { fill: var(--bad); }
.graph svg { max-width: none; height: auto; }
.graph svg text { fill: var(--text); }
.graph .node polygon, .graph .node path, .graph .node ellipse { fill: var(--soft); stroke: var(--faint); }
.graph .node.rest polygon, .graph .node.rest path { fill: var(--good-soft); stroke: var(--good); }
.graph .node.forbidden polygon, .graph .node.forbidden path { fill: var(--bad-soft); stroke: var(--bad); }
.graph .node.chosen polygon, .graph .node.chosen path { fill: var(--mark); stroke: var(--careful); }
.graph .edge path, .graph .edge polygon, .graph .edge polyline { stroke: var(--faint); }
.graph .edge polygon { fill: var(--faint); }
.graph .edge.step path, .graph .edge.step polygon { stroke: var(--good); }
.graph .edge.step polygon { fill: var(--good); }
.graph .forbidden text, .graph .missing text, .graph .fault text { fill: var(--bad); }
.graph .edge.forbidden path, .graph .edge.missing path, .graph .edge.fault path,
.graph .edge.forbidden polygon, .graph .edge.missing polygon, .graph .edge.fault polygon,
.graph .edge.forbidden polyline, .graph .edge.missing polyline { stroke: var(--bad); }
.graph a { text-decoration: none; }
@media (max-width: 40rem) { body { padding: .5rem; } th, td { padding: .2rem .35rem; font-size: .9rem; } }
@media print {
  :root { --text: #000; --page: #fff; --soft: #fff; --line: #777; --faint: #444; --good: #064d1c; --good-soft: #e4f5e8;
    --bad: #8a0c20; --bad-soft: #fdeceb; --careful: #5c3a00; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .wide { overflow: visible; }
  .graph svg { max-width: 100%; }
  tr, li { break-inside: avoid; }
}
`;

/**
 * Without it everything works as well: it marks what belongs to the state that is looked at, and steps by the arrow
 * keys.
 */
export const pageScript = `
"use strict";
(() => {
  const choose = () => {
    for (const one of document.querySelectorAll(".chosen")) one.classList.remove("chosen");
    const id = location.hash.slice(1);
    const state = id.startsWith("state-") ? document.getElementById(id) : null;
    if (state === null) return;
    state.classList.add("chosen");
    for (const link of state.querySelectorAll("a.rule")) {
      const row = document.getElementById(link.getAttribute("href").slice(1));
      if (row !== null) row.classList.add("chosen");
    }
    for (const link of document.querySelectorAll(".graph a")) {
      const href = link.getAttribute("href") || link.getAttribute("xlink:href");
      if (href === "#" + id) link.closest(".node").classList.add("chosen");
    }
  };
  addEventListener("hashchange", choose);
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = event.key === "n" ? 1 : event.key === "p" ? -1 : 0;
    if (step === 0 || document.activeElement.closest(".timeline") === null) return;
    const match = /^#state-([0-9]+)$/.exec(location.hash);
    const next = match === null ? 0 : Number(match[1]) + step;
    if (document.getElementById("state-" + next) !== null) location.hash = "state-" + next;
  });
  choose();
})();
`;
