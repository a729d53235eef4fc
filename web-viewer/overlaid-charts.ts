/** Charts of several runs: their curves over each other, and energy against quality with the runs that no other beats. */
import { spanOf } from '../src/math/axis-span.ts';
import { LineChart, ScatterChart, type LineSeriesOption, type ScatterSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  type GridComponentOption,
  type LegendComponentOption,
  type TooltipComponentOption,
} from 'echarts/components';
import { init, use, type ComposeOption, type ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { onFrontier } from '../src/energy/frontier.ts';
import type { RunSummary, StepMetrics } from './api.ts';
import { hiddenLayers } from './charts.ts';
import { element } from './elements.ts';

use([LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

type Options = ComposeOption<LineSeriesOption | ScatterSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>;

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
  private readonly charts: ECharts[] = [];

  constructor(frontier: HTMLElement, curves: HTMLElement) {
    this.frontier = frontier;
    this.curves = curves;
  }

  /** Nothing where fewer than two runs were evaluated. */
  showFrontier(runs: readonly RunSummary[]): void {
    const points = runs.flatMap(({ name, quality }) =>
      quality?.nanojoulesPerPixel ? [{ name, x: quality.nanojoulesPerPixel, y: quality.psnr }] : [],
    );
    if (points.length < 2) {
      this.frontier.replaceChildren(element('p', { textContent: 'Energy against quality needs two evaluated runs: spikeray eval RUN.' }));
      return;
    }
    const unbeaten = onFrontier(points.map(({ x, y }) => ({ quality: y, energy: x })));
    const joined = points.filter((_, i) => unbeaten[i]).sort((a, b) => a.x - b.x);
    const options: Options = {
      ...COMMON,
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
        { type: 'line', data: joined.map(({ x, y }) => [x, y]), symbol: 'none', lineStyle: { type: 'dashed', width: 1.5 }, silent: true },
        {
          type: 'scatter',
          symbolSize: 12,
          data: points.map(({ name, x, y }) => ({ name, value: [x, y], label: { show: true, position: 'right', formatter: name } })),
          labelLayout: { hideOverlap: true },
        },
      ],
    };
    chartIn(this.frontier, 'Energy against quality; the dashed line joins the runs that no other beats in both').setOption(options);
  }

  showCurves(trainings: readonly Training[], over: Over): void {
    const lines = trainings.map(({ name, metrics }) => ({ name, metrics, places: placesOf(metrics, over) }));
    // One axis for all: what lies above each other is of one time.
    const end = Math.max(0, ...lines.map(({ places }) => places.at(-1) ?? 0));
    for (const chart of this.charts.splice(0)) chart.dispose();
    this.curves.replaceChildren();
    for (const { title, axis, value } of curvePlans(trainings)) {
      const chart = chartIn(this.curves, title);
      this.charts.push(chart);
      chart.setOption({
        ...COMMON,
        grid: { ...COMMON.grid, top: 44 },
        legend: { type: 'plain', top: 0, left: 0 },
        tooltip: { trigger: 'axis', confine: true, valueFormatter: (shown) => Number(shown).toPrecision(4) },
        xAxis: {
          type: 'value',
          min: 0,
          max: end,
          axisLabel: { showMaxLabel: false },
          name: over === 'steps' ? 'steps of both stages' : 'minutes of training',
          nameLocation: 'middle',
          nameGap: 22,
        },
        yAxis: { type: 'value', scale: true, name: axis, nameTextStyle: { align: 'left' } },
        series: lines.map(({ name, metrics, places }) => ({
          type: 'line',
          name,
          showSymbol: false,
          data: metrics.map((one, k) => [places[k], value(one)]),
        })),
      } satisfies Options);
    }
  }
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
  const chart = init(root, matchMedia('(prefers-color-scheme: light)').matches ? null : 'dark', { renderer: 'canvas' });
  const observer = new ResizeObserver(() => {
    if (chart.isDisposed()) observer.disconnect();
    else chart.resize();
  });
  observer.observe(root);
  return chart;
}
