import { durationText } from "../report/measures.ts";
import { type Span, spanText } from "../report/timeline.ts";
import { escapedHtml } from "./page.ts";

/** Units of the drawing. */
const size = { label: 220, bars: 760, row: 26, bar: 16, axis: 24, least: 3 } as const;

/** So many Components are drawn. */
const mostRows = 120;

/** Characters of a name that have room beside its bars. */
const labelLength = 28;

/** A row a Component, and in it a bar for each state; every bar tells what it is. */
export function timelineSvg(title: string, spans: readonly Span[]): string {
  const all = [...new Set(spans.map(({ component }) => component))];
  const components = all.slice(0, mostRows);
  const wholeMs = Math.max(1, ...spans.map(({ toMs }) => toMs));
  const height = components.length * size.row + size.axis;
  const width = size.label + size.bars;
  const rows = components.map((component, row) => {
    const own = spans.filter((span) => span.component === component);
    const bars = own.map((span) => barSvg(span, row * size.row, wholeMs));
    const y = row * size.row + size.bar;
    return `<text x="0" y="${y}">${escapedHtml(inShort(component))}</text>${bars.join("")}`;
  });
  const omitted = all.length - components.length;
  const rest = omitted === 0 ? "" : `<p>${omitted} more Components are not drawn.</p>`;
  const label = escapedHtml(`Timeline. ${title}`);
  return [
    `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    ...rows,
    `<text x="${size.label}" y="${height - 6}">0 s</text>`,
    `<text x="${width}" y="${height - 6}" text-anchor="end">${escapedHtml(durationText(wholeMs))} of work</text>`,
    `</svg>${rest}`,
  ].join("\n");
}

function barSvg(span: Span, top: number, wholeMs: number): string {
  const { component, state, fromMs, toMs, failure } = span;
  const x = size.label + (fromMs / wholeMs) * size.bars;
  // What took no time is seen as well, and none reaches over the edge.
  const width = Math.max(size.least, ((toMs - fromMs) / wholeMs) * size.bars);
  const left = Math.min(x, size.label + size.bars - width);
  const look = lookOf(span);
  const told = escapedHtml(`${component}, ${state}: ${spanText(span)}`);
  const place = `x="${left.toFixed(1)}" y="${top + 3}" width="${width.toFixed(1)}" height="${size.bar}"`;
  return `<rect class="${failure === null ? look : "failed"}" ${place}><title>${told}</title></rect>`;
}

function lookOf({ state }: Span): "forward" | "back" {
  return /Rollback|Failure/.test(state) ? "back" : "forward";
}

function inShort(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= labelLength) return name;
  return `${characters.slice(0, labelLength - 3).join("")}...`;
}
