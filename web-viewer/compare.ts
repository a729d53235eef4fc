/** Several runs beside each other: what they reached, which of them no other beats, how they were trained, and in which settings they differ. */
import { getJson, listRuns, type RunSummary } from './api.ts';
import type { MetricsFile } from '../src/run/metrics-file.ts';
import { byId, element } from './elements.ts';
import { messageOf } from './messages.ts';
import { isLight, onThemeChange } from './chart-theme.ts';
import { OverlaidCharts, type Over } from './overlaid-charts.ts';
import { runKeys } from './run-looks.ts';
import { RUN_FACTS, isBroken } from './run-facts.ts';
import { viewerPath } from './run-card.ts';
import { settingsDifference } from './settings-difference.ts';
import { plainTable } from './plain-table.ts';

const status = byId('status');
const wanted = (new URLSearchParams(location.search).get('runs') ?? '').split(',').filter(Boolean);

try {
  await show();
} catch (error) {
  status.textContent = messageOf(error);
}

async function show(): Promise<void> {
  const all = await listRuns();
  const runs = wanted.flatMap((id) => all.filter((run): run is RunSummary => run.id === id && !isBroken(run)));
  if (runs.length === 0) {
    status.textContent = 'The address of this page names no run that is served. ';
    status.append(element('a', { href: './index.html?shown=table', textContent: 'Choose some in the gallery.' }));
    return;
  }
  const missing = wanted.length - runs.length;
  status.textContent = `${runs.length} runs${missing > 0 ? `; ${missing} more are not served any more` : ''}`;
  byId('results').replaceChildren(results(runs));
  const charts = new OverlaidCharts(byId('frontier'), byId('curves'));
  const trainings = await Promise.all(
    runs.map(async ({ id, name }) => ({ name, ...(await getJson<MetricsFile>(`api/runs/${encodeURIComponent(id)}/metrics`)) })),
  );
  const over = byId<HTMLSelectElement>('over');
  const drawCurves = (): void => {
    charts.showCurves(trainings, over.value as Over);
  };
  const draw = (): void => {
    const names = runs.map(({ name }) => name);
    byId('keys').replaceChildren(runKeys(names, isLight()));
    charts.showFrontier(runs);
    drawCurves();
  };
  over.addEventListener('change', drawCurves);
  onThemeChange(draw);
  draw();
  const configs = await Promise.all(runs.map(({ id }) => getJson<unknown>(`api/runs/${encodeURIComponent(id)}/config`)));
  byId('settings').replaceChildren(settings(runs, configs));
}

function results(runs: readonly RunSummary[]): HTMLElement {
  return plainTable(
    'Results',
    ['run', ...RUN_FACTS.map(({ title }) => title)],
    runs.map((run) => [element('a', { href: viewerPath(run.id), textContent: run.name }), ...RUN_FACTS.map(({ text }) => text(run) ?? '')]),
  );
}

function settings(runs: readonly RunSummary[], configs: readonly unknown[]): HTMLElement {
  const rows = settingsDifference(configs);
  if (rows.length === 0) return element('p', { textContent: 'None: they were trained under the same settings.' });
  return plainTable(
    'Settings in which the runs differ',
    ['setting', ...runs.map(({ name }) => name)],
    rows.map(({ key, values }) => [key, ...values]),
  );
}
