/**
 * Charts as static SVG, drawn by ECharts without a DOM while the report is written, so that the page needs no script. Colours are the page's
 * CSS variables: one drawing serves light, dark and paper.
 */
import { spanOf } from '../../math/axis-span.ts';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { raw, type Html } from './html.ts';

use([BarChart, ScatterChart, LineChart, GridComponent, LabelLayout, SVGRenderer]);

const INK = 'var(--ink)';
const SOFT = 'var(--soft)';
const LINE = 'var(--line)';
/** Lines of the grid and dashes do not go through words. */
const PLAIN_GROUND = { backgroundColor: 'var(--ground)', padding: [1, 2] };
const FONT = { fontFamily: "system-ui, 'DejaVu Sans', sans-serif", fontSize: 12, color: INK };

/** Decibels that an axis of PSNR shows at least: the hundredths that a seed makes must not fill it. */
export const LEAST_DECIBELS = 1;

export type Colour = 'run' | 'twin' | 'other';

export interface Bars {
  readonly label: string;
  readonly colour: Colour;
  /** One for each category; null: no bar. */
  readonly values: readonly (number | null)[];
}

export interface BarChartOptions {
  readonly description: string;
  /** From the top. */
  readonly categories: readonly string[];
  readonly series: readonly Bars[];
  /** Beside each bar. */
  readonly format: (value: number) => string;
  readonly unit: string;
  readonly width?: number;
  readonly max?: number;
}

const BAR = 15;

/** Horizontal bars: every category has one bar of each series, labelled with its value. */
export function barChart({ description, categories, series, format, unit, width = 860, max }: BarChartOptions): Html {
  const height = categories.length * (series.length * (BAR + 4) + 16) + 46;
  const widest = Math.max(...categories.map((name) => name.length));
  return svg(description, width, height, {
    grid: { left: Math.min(300, widest * 7 + 14), right: 92, top: 4, bottom: 40 },
    xAxis: axis({ type: 'value', name: unit, nameLocation: 'middle', nameGap: 26, min: 0, max, splitNumber: 5 }),
    yAxis: {
      type: 'category',
      data: [...categories],
      inverse: true,
      axisLine: { lineStyle: { color: SOFT } },
      axisTick: { show: false },
      axisLabel: { ...FONT },
    },
    series: series.map(({ label, colour, values }) => ({
      type: 'bar',
      name: label,
      data: [...values],
      barWidth: BAR,
      barGap: '25%',
      itemStyle: { color: `var(--${colour})`, borderRadius: [0, 2, 2, 0] },
      label: {
        show: true,
        position: 'right',
        ...FONT,
        ...PLAIN_GROUND,
        formatter: ({ value }: { value: number | null }) => (value === null ? '' : format(value)),
      },
    })),
  });
}

export interface ColumnChartOptions {
  readonly description: string;
  /** From the left. */
  readonly categories: readonly string[];
  /** Columns of one category stand side by side. */
  readonly series: readonly Bars[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly width?: number;
  readonly height?: number;
}

/** Columns: how often each of neighbouring values occurs. */
export function columnChart({ description, categories, series, xTitle, yTitle, width = 860, height = 260 }: ColumnChartOptions): Html {
  return svg(description, width, height, {
    grid: { left: 64, right: 16, top: 10, bottom: 50 },
    xAxis: axis({ type: 'category', data: [...categories], name: xTitle, nameLocation: 'middle', nameGap: 30, axisTick: { show: false } }),
    yAxis: axis({ type: 'value', name: yTitle, nameLocation: 'middle', nameGap: 44, min: 0, splitNumber: 4 }),
    series: series.map(({ label, colour, values }) => ({
      type: 'bar',
      name: label,
      data: [...values],
      barGap: '0%',
      barCategoryGap: '18%',
      itemStyle: { color: `var(--${colour})`, borderRadius: [2, 2, 0, 0] },
    })),
  });
}

export interface Point {
  readonly label: string;
  readonly colour: Colour;
  readonly x: number;
  readonly y: number;
  /** The least and the greatest of what y is the mean of; a whisker. */
  readonly between?: readonly [least: number, greatest: number];
}

export interface ScatterOptions {
  readonly description: string;
  readonly points: readonly Point[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** The y-axis reaches over so much at least: smaller differences shall look small. */
  readonly leastSpan: number;
  /** Joined by a dashed line, in order of x. */
  readonly frontier?: readonly Point[];
  /** Each joined by a line of its colour, in order of x. */
  readonly curves?: readonly (readonly Point[])[];
  readonly width?: number;
  readonly height?: number;
  /** Powers of two on the x-axis, for points of which some cost many times what others do. */
  readonly logarithmic?: boolean;
}

/** Energy to the right, quality upwards; `frontier` are the points joined by a line. */
export function scatterChart({
  description,
  points,
  xTitle,
  yTitle,
  leastSpan,
  frontier = [],
  curves = [],
  width = 860,
  height = 340,
  logarithmic = false,
}: ScatterOptions): Html {
  const xs = points.map(({ x }) => x);
  const [low, high] = logarithmic ? [Math.min(...xs) / 2, Math.max(...xs) * 1.5] : [0, Math.max(...xs)];
  const scale = logarithmic ? Math.log : (x: number): number => x;
  // Names stand to the right, near the right side to the left, and make room for each other.
  const nameSide = (x: number): 'right' | 'left' => ((scale(x) - scale(low)) / (scale(high) - scale(low)) < 0.7 ? 'right' : 'left');
  return svg(description, width, height, {
    grid: { left: 64, right: 40, top: 14, bottom: 50 },
    xAxis: axis({
      ...(logarithmic
        ? { type: 'log', logBase: 2, min: low, max: high, axisLabel: { ...FONT, color: SOFT, showMinLabel: false, showMaxLabel: false } }
        : { type: 'value', min: 0 }),
      name: logarithmic ? `${xTitle} (each line twice the one before)` : xTitle,
      nameLocation: 'middle',
      nameGap: 30,
    }),
    yAxis: axis({
      type: 'value',
      name: yTitle,
      nameLocation: 'middle',
      nameGap: 44,
      ...spanOf(
        points.flatMap(({ y, between }) => [y, ...(between ?? [])]),
        leastSpan,
      ),
    }),
    series: [
      {
        type: 'line',
        data: frontier.map(({ x, y }) => [x, y]),
        symbol: 'none',
        lineStyle: { color: SOFT, type: 'dashed', width: 1.5 },
      },
      ...curves.map((curve) => ({
        type: 'line',
        data: curve.map(({ x, y }) => [x, y]),
        symbol: 'none',
        lineStyle: { color: `var(--${curve[0].colour})`, width: 2 },
      })),
      ...points.flatMap(({ x, colour, between }) =>
        between === undefined
          ? []
          : [
              {
                type: 'line',
                data: between.map((y) => [x, y]),
                symbol: 'rect',
                symbolSize: [11, 2],
                itemStyle: { color: `var(--${colour})` },
                lineStyle: { color: `var(--${colour})`, width: 1.5 },
              },
            ],
      ),
      {
        type: 'scatter',
        // Before all lines: names have grounds of their own.
        z: 4,
        symbolSize: 13,
        // Only labels with a place of their own can make room.
        labelLayout: ({ labelRect: { x, y, height: tall } }: { labelRect: Record<'x' | 'y' | 'height', number> }) => ({
          ...{ x, y: y + tall / 2, align: 'left', verticalAlign: 'middle' },
          moveOverlap: 'shiftY',
        }),
        data: points.map(({ label, colour, x, y }) => ({
          value: [x, y],
          itemStyle: { color: `var(--${colour})`, opacity: 1 },
          label: { show: true, position: nameSide(x), distance: 9, ...FONT, ...PLAIN_GROUND, formatter: label },
          // Of a name to the left it would go through the name.
          labelLine: { show: nameSide(x) === 'right', length2: 4, lineStyle: { color: SOFT } },
        })),
      },
    ],
  });
}

function axis(options: Record<string, unknown>): Record<string, unknown> {
  return {
    axisLine: { show: true, lineStyle: { color: SOFT } },
    axisLabel: { ...FONT, color: SOFT },
    nameTextStyle: { ...FONT, color: SOFT },
    splitLine: { lineStyle: { color: LINE } },
    minorTick: { show: false },
    ...options,
  };
}

function svg(description: string, width: number, height: number, option: EChartsCoreOption): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: FONT, silent: true, ...option });
    const text = chart.renderToSVGString();
    const label = description.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
    // ECharts numbers its elements from one on in every chart; only styles of interaction use the numbers, and a printed chart has none.
    return raw(text.replace(/<style[^>]*>[\s\S]*?<\/style>/, '').replace('<svg ', `<svg role="img" aria-label="${label}" `));
  } finally {
    chart.dispose();
  }
}
