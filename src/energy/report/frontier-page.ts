/** The frontier over many runs as a page. */
import { onFrontier, type Frontier } from '../frontier.ts';
import { LEAST_DECIBELS, scatterChart, type Point } from './charts.ts';
import { cells, cheapestFirst, HEADS } from './frontier-table.ts';
import { hardwareOptions } from './hardware-options.ts';
import { html, htmlTable, type Html } from './html.ts';
import { page } from './page.ts';

/** The dashed line joins the runs that no other beats in both. */
function frontierChart(frontier: Frontier, counting: 'executed' | 'shifted'): Html {
  const points = cheapestFirst(frontier).flatMap(({ subject, millijoules }): Point[] => {
    const x = millijoules[counting];
    // On an axis of powers there is no place for nothing.
    return x === null || x === 0
      ? []
      : [{ label: subject.origin.run, colour: subject.neuron === 'relu' ? 'twin' : 'run', x, y: subject.psnr }];
  });
  const unbeaten = onFrontier(points.map(({ x, y }) => ({ quality: y, energy: x })));
  return scatterChart({
    description: `PSNR against energy, ${counting}`,
    points,
    frontier: points.filter((_, i) => unbeaten[i]).sort((a, b) => a.x - b.x),
    xTitle: `mJ an image, ${counting === 'executed' ? 'synapses as executed' : 'zeros skipped, shifted additions'}, ${frontier.model.name}`,
    yTitle: 'PSNR, dB',
    leastSpan: LEAST_DECIBELS,
    logarithmic: true,
  });
}

export function frontierPage(frontier: Frontier): string {
  const { model, split, every, created, spikeray, commit, differentScenes, hardwareAsked } = frontier;
  const runs = cheapestFirst(frontier);
  const { width, height } = runs[0].subject.views[0];
  const title = `Energy against quality: ${runs[0].subject.origin.scene.name}, ${runs.length} runs`;
  return page(
    title,
    html`<h1>${title}</h1>
      <div class="where">${runs[0].subject.images} ${split} views of ${width}×${height} · ${created.slice(0, 10)}</div>
      ${differentScenes ? html`<p class="warn">The runs are of different scenes; the comparison was forced.</p>` : ''}
      <p class="lead">
        Upwards is better, leftwards is cheaper. The dashed line joins the runs that no other run beats in both. Energies are estimates:
        exact counts of the network's synapses as executed times the prices of ${model.title}.
      </p>
      <div class="legend">
        <span class="key run"><span>spiking</span></span
        ><span class="key twin"><span>ANN</span></span>
      </div>
      <figure tabindex="0">
        ${frontierChart(frontier, 'executed')}
        <figcaption>Synapses as executed: a spike of value v is v additions, an ANN multiplies its zeros.</figcaption>
      </figure>
      <figure tabindex="0">
        ${frontierChart(frontier, 'shifted')}
        <figcaption>
          Hardware that skips zeros and adds shifted rows: a spike is so many additions as it has ones, an ANN multiplies its active ReLUs.
        </figcaption>
      </figure>
      <h2>Runs</h2>
      ${htmlTable(
        HEADS.map((head, i) => ({ title: head, numeric: i > 1 && i < HEADS.length - 1 })),
        runs.map(cells),
      )}
      <h2>Model</h2>
      <p>${model.title}, ${model.node}, ${model.year}. Source: ${model.source}. Leaves out: ${model.leavesOut.join('; ')}.</p>
      <h2>How to repeat this</h2>
      <pre>
spikeray energy --compare ${runs.map(({ subject }) => subject.origin.run).join(' ')} --split ${split} --every ${every}${hardwareOptions(hardwareAsked)}</pre>
      <p class="note">SpikeRay ${spikeray}${commit === null ? '' : `, commit ${commit}`}, ${created}</p>
      ${runs.map(
        ({ subject: { origin } }) =>
          html`<details>
            <summary>${origin.run}: ${origin.checkpoint}, seed ${origin.seed}</summary>
            <pre>${JSON.stringify(origin.config, null, 2)}</pre>
          </details>`,
      )}`,
  );
}
