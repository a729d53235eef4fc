/** The shell of a report page: one file, no script, light and dark, fit for paper. */
import { html, raw, type Html } from './html.ts';

const COLOURS = `
:root { color-scheme: light dark; --ground: #ffffff; --card: #f5f7f8; --ink: #16202a; --soft: #5b6873; --line: #d8dfe4; --run: #0f7b8a; --twin: #c77d17; --good: #1a7f4b; --other: #8a5fb0; }
@media (prefers-color-scheme: dark) { :root { --ground: #11171c; --card: #1a2229; --ink: #e6ecf0; --soft: #9aa8b3; --line: #313c45; --run: #45b8c8; --twin: #e5a64b; --good: #58c48a; --other: #b794dd; } }
@media print { :root { color-scheme: light; --ground: #ffffff; --card: #f5f7f8; --ink: #16202a; --soft: #5b6873; --line: #d8dfe4; --run: #0f7b8a; --twin: #c77d17; --good: #1a7f4b; --other: #8a5fb0; } }
`;

const STYLE = `${COLOURS}* { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 68rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 3rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0 .9rem; max-width: 46rem; }
.where, .note, figcaption, .legend { color: var(--soft); font-size: .875rem; }
.lead { font-size: 1.2rem; line-height: 1.5; margin: 1.4rem 0 1.6rem; max-width: 52rem; }
.lead b { color: var(--run); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; break-inside: avoid; }
.card .label { color: var(--soft); font-size: .8rem; line-height: 1.3; }
.card { min-width: 0; } .card .value { overflow-wrap: anywhere; font-size: 1.4rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card .more { color: var(--soft); font-size: .8rem; line-height: 1.35; }
figure { margin: 1rem 0 1.4rem; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; }
.maps figure { margin: 0; min-width: 0; } .two > * { min-width: 0; }
.maps img { width: 100%; height: auto; display: block; border-radius: .4rem; border: 1px solid var(--line); image-rendering: auto; }
.scale { display: flex; align-items: center; gap: .5rem; font-size: .8rem; color: var(--soft); margin-top: .35rem; }
.scale span { white-space: nowrap; } .maps .scale img { flex: 1 1 0; width: 0; min-width: 0; height: .6rem; border: 0; border-radius: .2rem; }
.legend { display: flex; gap: .2rem 1.2rem; flex-wrap: wrap; }
.key::before { content: ""; display: inline-block; width: .75rem; height: .75rem; border-radius: .15rem; margin-right: .4rem; vertical-align: -.05rem; background: currentColor; }
.key.run { color: var(--run); } .key.twin { color: var(--twin); } .key.other { color: var(--other); } .key span { color: var(--soft); }
/* A table wider than the text takes what the screen has to its right. */
.scroll { overflow-x: auto; margin: .6rem 0 1.2rem; width: fit-content; min-width: 100%; max-width: min(100vw - 4rem, 50vw + 30rem); }
table { border-collapse: collapse; font-size: .85rem; line-height: 1.35; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .7rem .32rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; border-bottom: 1px solid var(--soft); }
td.n, th.n { text-align: right; padding: .32rem 0 .32rem .9rem; } td.n { white-space: nowrap; } th.n { white-space: normal; }
td.n + td:not(.n), th.n + th:not(.n) { padding-left: 1rem; }
td:nth-child(2):not(.n) { min-width: 9rem; }
tfoot { display: table-row-group; } tfoot td { font-weight: 650; border-bottom: 0; border-top: 1px solid var(--soft); }
tr { break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; font-size: .9rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; } li { margin: .15rem 0; max-width: 46rem; }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--soft); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; font-size: .78rem; overflow-x: auto; white-space: pre-wrap; }
.warn { background: var(--card); border-left: 4px solid var(--twin); padding: .6rem 1rem; border-radius: .3rem; }
/* Words of a chart stay readable on a telephone: the chart is scrolled; so is a table, in place of a word a line. */
@media screen and (max-width: 45rem) { td:first-child { min-width: 8rem; } figure { overflow-x: auto; } figure svg { min-width: 42rem; } .two figure svg { min-width: 28rem; } }
@media print { html { font-size: 11.5px; } body { padding: 0; max-width: none; } h2 { margin-top: 1.6rem; break-after: avoid; } h3, h2 + p, .legend { break-after: avoid; } .cards { grid-template-columns: repeat(3, 1fr); } .maps { grid-template-columns: repeat(3, minmax(0, 1fr)); } .two { grid-template-columns: repeat(2, minmax(0, 1fr)); } .scroll { overflow: visible; } th, td { padding-right: .35rem; } td.n, th.n { padding-left: .45rem; } table { font-size: .92em; } }
@page { size: A4; margin: 14mm; }
`;

export function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}

/** A chart as a file of its own, in the page's light colours: not every viewer of pictures knows CSS variables. */
export function standaloneSvg(chart: Html): string {
  const colour = (name: string): string => new RegExp(`--${name}: (#\\w+)`).exec(COLOURS)![1];
  return chart.text
    .replace(/<svg [^>]*>/, (tag) => `${tag}<rect width="100%" height="100%" fill="${colour('ground')}"/>`)
    .replace(/var\(--(\w+)\)/g, (_, name: string) => colour(name));
}

/** A big number with what it is. */
export function card(label: string, value: string, more: string): Html {
  return html`<div class="card">
    <div class="label">${label}</div>
    <div class="value">${value}</div>
    <div class="more">${more}</div>
  </div>`;
}
