/** Curves of a training: loss, PSNR, firing rates over its steps. */
import { LineChart, type LineSeriesOption } from 'echarts/charts';
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
import { nextTask } from '../src/base/next-task.ts';
import type { StepMetrics } from './api.ts';
import { chartTheme, onThemeChange } from './chart-theme.ts';

use([LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

type Options = ComposeOption<LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>;

export interface Curve {
  readonly name: string;
  readonly value: (metrics: StepMetrics) => number | null;
}

export interface ChartPlan {
  readonly title: string;
  /** Title of the vertical axis. */
  readonly axis: string;
  readonly log?: boolean;
  readonly curves: (metrics: readonly StepMetrics[]) => readonly Curve[];
}

export const CHARTS: readonly ChartPlan[] = [
  { title: 'Loss', axis: 'loss', log: true, curves: () => [{ name: 'loss', value: ({ loss }) => loss }] },
  { title: 'Training PSNR', axis: 'dB', curves: () => [{ name: 'PSNR', value: ({ psnr }) => psnr }] },
  {
    title: 'Active neurons in a time step',
    axis: '%',
    curves: (metrics) =>
      Array.from({ length: hiddenLayers(metrics) }, (_, layer) => ({
        name: `layer ${layer + 1}`,
        value: ({ firingRates }) => firingRates && firingRates[layer] * 100,
      })),
  },
  { title: 'Learned bits', axis: 'bits, time steps', curves: bitCurves },
];

/** Curves of the bits and time steps that a network has learned; none where it learns none. */
function bitCurves(metrics: readonly StepMetrics[]): Curve[] {
  const learned = metrics.find(({ bits }) => bits !== undefined)?.bits;
  if (learned === undefined) return [];
  return (['weights', 'spikes', 'repeats'] as const).flatMap((kind) =>
    (learned[kind] ?? []).map((_, i) => ({
      name: `${kind === 'repeats' ? 'time steps' : kind} ${i + 1}`,
      value: ({ bits }) => bits?.[kind]?.[i] ?? null,
    })),
  );
}

/** Hidden layers of the network that is trained; 0 before it begins. */
export function hiddenLayers(metrics: readonly StepMetrics[]): number {
  return metrics.reduce((most, { firingRates }) => Math.max(most, firingRates?.length ?? 0), 0);
}

interface Shown {
  readonly plan: ChartPlan;
  readonly root: HTMLElement;
  readonly parts: readonly HTMLElement[];
  /** null: nothing was drawn yet. */
  chart: ECharts | null;
}

export class Charts {
  private readonly charts: readonly Shown[];
  /** What is to be drawn next; null: all that came is drawn. */
  private waiting: readonly StepMetrics[] | null = null;
  private drawing = false;

  constructor(place: HTMLElement) {
    this.charts = CHARTS.map((plan) => {
      const root = document.createElement('div');
      root.className = 'chart';
      root.setAttribute('role', 'img');
      root.setAttribute('aria-label', `${plan.title} over the steps of training`);
      const title = document.createElement('h2');
      title.textContent = plan.title;
      place.append(title, root);
      return { plan, root, parts: [title, root], chart: null };
    });
    onThemeChange(() => {
      for (const { chart } of this.charts) chart?.setTheme(chartTheme());
    });
  }

  /**
   * The steps of the coarse stage come before those of the fine one. Each chart is drawn in a task of its own, so that the page answers in between;
   * what comes meanwhile waits.
   */
  show(metrics: readonly StepMetrics[]): void {
    this.waiting = metrics;
    if (!this.drawing) void this.draw();
  }

  private async draw(): Promise<void> {
    this.drawing = true;
    try {
      await this.drawWaiting();
    } finally {
      this.drawing = false;
    }
  }

  private async drawWaiting(): Promise<void> {
    for (let metrics = this.waiting; metrics !== null; metrics = this.waiting) {
      this.waiting = null;
      const coarse = metrics.reduce((most, { stage, step }) => (stage === 'coarse' ? Math.max(most, step) : most), 0);
      for (const shown of this.charts) {
        const { plan, parts } = shown;
        const curves = plan.curves(metrics);
        for (const part of parts) part.hidden = curves.length === 0 && metrics.length > 0;
        if (curves.length === 0) {
          shown.chart?.clear();
          continue;
        }
        await nextTask();
        shown.chart ??= chartIn(shown.root);
        // An earlier training may have had curves of other names.
        shown.chart.setOption(optionsOf(plan, curves, metrics, coarse), { replaceMerge: ['series'] });
      }
    }
  }
}

function chartIn(root: HTMLElement): ECharts {
  const chart = init(root, chartTheme(), { renderer: 'canvas' });
  new ResizeObserver(() => {
    chart.resize();
  }).observe(root);
  return chart;
}

export function optionsOf({ axis, log }: ChartPlan, curves: readonly Curve[], metrics: readonly StepMetrics[], coarse: number): Options {
  const at = ({ stage, step }: StepMetrics): number => (stage === 'coarse' ? step : coarse + step);
  return {
    animation: false,
    backgroundColor: 'transparent',
    grid: { left: 48, right: 12, top: 26, bottom: 36 },
    legend: { show: curves.length > 1, top: 0, right: 0 },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (value) => Number(value).toPrecision(4) },
    xAxis: { type: 'value', name: 'steps of both stages', nameLocation: 'middle', nameGap: 22, axisLabel: { hideOverlap: true } },
    yAxis: {
      type: log ? 'log' : 'value',
      scale: true,
      // As many as such a low chart has room for.
      splitNumber: 3,
      axisLabel: { hideOverlap: true },
      name: log ? `${axis} (logarithmic)` : axis,
      nameTextStyle: { align: 'left' },
    },
    series: curves.map(({ name, value }) => ({
      type: 'line',
      id: name,
      name,
      showSymbol: false,
      data: metrics.map((one) => [at(one), value(one)]),
    })),
  };
}
