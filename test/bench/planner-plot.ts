/** Times over sizes, both in powers of ten. */
export interface Curve {
  readonly name: string;
  readonly about: string;
  readonly ours: readonly Point[];
  readonly theirs: readonly Point[];
}

/** Components and milliseconds. */
type Point = readonly [number, number];

const columns = 3;
const panel = { width: 300, height: 190, left: 44, right: 12, top: 34, bottom: 26 };
const sizes = { least: 1, most: 1000 };
const times = { least: 0.01, most: 10_000 };

/** One panel for each curve: the planner as a solid line, clingo as a dashed one. */
export function plot(curves: readonly Curve[]): string {
  const rows = Math.ceil(curves.length / columns);
  const [width, height] = [columns * panel.width, rows * panel.height + 24];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="10">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="16" font-size="12">Milliseconds by number of Components: planner (solid), clingo (dashed)</text>`,
    ...curves.map((curve, index) => {
      const x = (index % columns) * panel.width;
      const y = 24 + Math.floor(index / columns) * panel.height;
      return `<g transform="translate(${x} ${y})">${inside(curve)}</g>`;
    }),
    "</svg>",
    "",
  ].join("\n");
}

function inside({ name, about, ours, theirs }: Curve): string {
  const lines = [
    ...ticks(sizes).map((size) => {
      const x = acrossOf(size);
      return `<path d="M${x} ${panel.top}V${panel.height - panel.bottom}" stroke="#ddd"/><text x="${x}" y="${panel.height - 12}" text-anchor="middle">${size}</text>`;
    }),
    ...ticks(times)
      .filter((_, index) => index % 2 === 0)
      .map((ms) => {
        const y = downOf(ms);
        return `<path d="M${panel.left} ${y}H${panel.width - panel.right}" stroke="#ddd"/><text x="${panel.left - 4}" y="${y + 3}" text-anchor="end">${ms}</text>`;
      }),
  ];
  return [
    `<title>${about}</title>`,
    `<text x="${panel.left}" y="${panel.top - 8}" font-weight="bold">${name}</text>`,
    ...lines,
    line(ours, `stroke="#06c" stroke-width="1.5"`),
    line(theirs, `stroke="#c40" stroke-width="1.5" stroke-dasharray="4 3"`),
  ].join("");
}

function line(points: readonly Point[], look: string): string {
  const path = points.map(([size, ms]) => `${acrossOf(size)} ${downOf(ms)}`).join("L");
  return points.length === 0 ? "" : `<path d="M${path}" fill="none" ${look}/>`;
}

function ticks({ least, most }: typeof sizes): readonly number[] {
  const count = Math.round(Math.log10(most / least));
  return Array.from({ length: count + 1 }, (_, at) => Number((least * 10 ** at).toPrecision(1)));
}

function acrossOf(size: number): number {
  const room = panel.width - panel.left - panel.right;
  return Math.round(panel.left + share(size, sizes) * room);
}

function downOf(ms: number): number {
  const room = panel.height - panel.top - panel.bottom;
  return Math.round(panel.height - panel.bottom - share(ms, times) * room);
}

function share(value: number, { least, most }: typeof sizes): number {
  return Math.log10(Math.max(least, value) / least) / Math.log10(most / least);
}
