/** Charts of several runs: their curves over each other, and energy against quality with the runs that no other beats. */
import { spanOf } from '../src/math/axis-span.ts';
import { LineChart, ScatterChart, type LineSeriesOption, type ScatterSeriesOption } from 'echarts/charts';
import { GridComponent, TooltipComponent, type GridComponentOption, type TooltipComponentOption } from 'echarts/components';
import { init, use, type ComposeOption, type ECharts } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { onFrontier } from '../src/energy/frontier.ts';
import type { RunSummary, StepMetrics } from './api.ts';
import { chartTheme, isLight } from './chart-theme.ts';
import { hiddenLayers } from './charts.ts';
import { element } from './elements.ts';
import { lookOf } from './run-looks.ts';

use([LineChart, ScatterChart, GridComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

type Options = ComposeOption<LineSeriesOption | ScatterSeriesOption | GridComponentOption | TooltipComponentOption>;

/** What curves go over. */
export type Over = 'steps' | 'minutes';

export interface Training {
  readonly name: string;
  readonly metrics: readonly StepMetrics[];
}

export interface CurvePlan {
  readonly title: string;
  readonly axis: string;
  readonly value: (metrics: StepMetrics) => number | null;
}

/** One chart a figure; a network with fewer hidden layers than another has no curve in the charts of the others. */
export function curvePlans(trainings: readonly Training[]): CurvePlan[] {
  const layers = Math.max(0, ...trainings.map(({ metrics }) => hiddenLayers(metrics)));
  return [
    { title: 'Training PSNR', axis: 'dB', value: ({ psnr }) => psnr },
    ...Array.from({ length: layers }, (_, layer) => ({
      title: `Active neurons of layer ${layer + 1} in a time step`,
      axis: '%',
      value: ({ firingRates }: StepMetrics) => (firingRates && layer < firingRates.length ? firingRates[layer] * 100 : null),
    })),
    { title: 'Samples a ray', axis: 'samples', value: ({ samplesPerRay }) => samplesPerRay },
  ];
}

export class OverlaidCharts {
  private readonly frontier: HTMLElement;
  private readonly curves: HTMLElement;
  private readonly charts = { frontier: [] as ECharts[], curves: [] as ECharts[] };

  constructor(frontier: HTMLElement, curves: HTMLElement) {
    this.frontier = frontier;
    this.curves = curves;
  }

  /** Nothing where fewer than two runs were evaluated. */
  showFrontier(runs: readonly RunSummary[]): void {
    this.clear('frontier');
    const options = frontierOptions(runs, isLight());
    if (options === null)
      this.frontier.replaceChildren(element('p', { textContent: 'Energy against quality needs two evaluated runs: spikeray eval RUN.' }));
    else this.add('frontier', 'Energy against quality; the dashed line joins the runs that no other beats in both', options);
  }

  showCurves(trainings: readonly Training[], over: Over): void {
    this.clear('curves');
    for (const plan of curvePlans(trainings)) this.add('curves', plan.title, curveOptions(plan, trainings, over, isLight()));
  }

  private clear(place: 'frontier' | 'curves'): void {
    for (const chart of this.charts[place].splice(0)) chart.dispose();
    this[place].replaceChildren();
  }

  private add(place: 'frontier' | 'curves', title: string, options: Options): void {
    const chart = chartIn(this[place], title);
    this.charts[place].push(chart);
    chart.setOption(options);
  }
}

/** @param runs in the order of their looks. @returns null where fewer than two of them were evaluated */
export function frontierOptions(runs: readonly RunSummary[], light: boolean): Options | null {
  const points = runs.flatMap(({ name, quality }, i) =>
    quality?.nanojoulesPerPixel ? [{ name, x: quality.nanojoulesPerPixel, y: quality.psnr, look: lookOf(i, light) }] : [],
  );
  if (points.length < 2) return null;
  const unbeaten = onFrontier(points.map(({ x, y }) => ({ quality: y, energy: x })));
  const joined = points.filter((_, i) => unbeaten[i]).sort((a, b) => a.x - b.x);
  const [ground, soft] = light ? ['#f4f6f9', '#515b6a'] : ['#14171c', '#a0a8b5'];
  return {
    ...COMMON,
    // Names to the right of the last point have room.
    grid: { ...COMMON.grid, right: 90 },
    tooltip: { confine: true },
    xAxis: { type: 'log', name: 'nJ a pixel (logarithmic), synapses as executed, 45 nm fp32', nameLocation: 'middle', nameGap: 26 },
    yAxis: {
      type: 'value',
      ...spanOf(
        points.map(({ y }) => y),
        LEAST_SPAN,
      ),
      name: 'PSNR, dB',
      nameTextStyle: { align: 'left' },
    },
    series: [
      {
        type: 'line',
        data: joined.map(({ x, y }) => [x, y]),
        symbol: 'none',
        lineStyle: { type: 'dashed', width: 1.5, color: soft },
        silent: true,
      },
      {
        type: 'scatter',
        // Before all lines: names have grounds of their own.
        z: 4,
        symbolSize: 12,
        data: points.map(({ name, x, y, look }) => ({
          name,
          value: [x, y],
          symbol: look.mark,
          itemStyle: { color: look.colour, opacity: 1 },
          label: { show: true, position: 'right', formatter: name, color: look.colour, backgroundColor: ground, padding: [1, 2] },
        })),
        // Names make room for each other; lines and points do not go through them.
        labelLayout: ({ labelRect: { x, y, height } }) => ({
          ...{ x, y: y + height / 2, align: 'left', verticalAlign: 'middle' },
          moveOverlap: 'shiftY',
        }),
        labelLine: { show: true, length2: 4, lineStyle: { color: soft } },
      },
    ],
  };
}

/** @param trainings in the order of their looks */
export function curveOptions({ axis, value }: CurvePlan, trainings: readonly Training[], over: Over, light: boolean): Options {
  const lines = trainings.map(({ name, metrics }) => ({ name, metrics, places: placesOf(metrics, over) }));
  return {
    ...COMMON,
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (shown) => Number(shown).toPrecision(4) },
    xAxis: {
      type: 'value',
      min: 0,
      // One axis for all: what lies above each other is of one time.
      max: Math.max(0, ...lines.map(({ places }) => places.at(-1) ?? 0)),
      axisLabel: { showMaxLabel: false },
      name: over === 'steps' ? 'steps of both stages' : 'minutes of training',
      nameLocation: 'middle',
      nameGap: 22,
    },
    yAxis: { type: 'value', scale: true, name: axis, nameTextStyle: { align: 'left' } },
    series: lines.map(({ name, metrics, places }, i) => {
      const { colour, dash } = lookOf(i, light);
      return {
        type: 'line',
        name,
        showSymbol: false,
        itemStyle: { color: colour },
        lineStyle: { color: colour, type: dash },
        data: metrics.map((one, k) => [places[k], value(one)]),
      };
    }),
  };
}

/** dB that the axis of the frontier reaches over at least. */
const LEAST_SPAN = 1;

const COMMON = { animation: false, backgroundColor: 'transparent', grid: { left: 52, right: 16, top: 30, bottom: 36 } };

/** Where each of them lies on the axis. */
function placesOf(metrics: readonly StepMetrics[], over: Over): number[] {
  if (over === 'minutes') return metrics.map(({ seconds }) => seconds / 60);
  const coarse = metrics.findLast(({ stage }) => stage === 'coarse')?.step ?? 0;
  return metrics.map(({ stage, step }) => (stage === 'coarse' ? step : coarse + step));
}

function chartIn(place: HTMLElement, title: string): ECharts {
  const root = element('div', { className: 'chart', role: 'img', label: title });
  place.append(element('h3', { textContent: title }), root);
  const chart = init(root, chartTheme(), { renderer: 'canvas' });
  const observer = new ResizeObserver(() => {
    if (chart.isDisposed()) observer.disconnect();
    else chart.resize();
  });
  observer.observe(root);
  return chart;
}
