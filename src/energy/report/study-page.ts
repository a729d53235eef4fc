/** The energy study of a run as one self-contained HTML page. */
import type { Measurement } from '../measure-views.ts';
import { hitSteps } from '../ray-samples.ts';
import type { EnergyStudy } from '../study.ts';
import { hardwareOptions } from './hardware-options.ts';
import { html, raw, type Html } from './html.ts';
import { mapUri, nearlyGreatest, type PngCodec, pictureUri, pixelEnergy, pixelFiring, scaleUri } from './maps.ts';
import { percent } from '../../base/format.ts';
import { grouped, si, three } from './numbers.ts';
import { card, page } from './page.ts';
import { countings, milli, otherHardware, pair, quality, raySteps, share, stages, synapsePair } from './study-charts.ts';
import {
  hardwareTable,
  ledgerTable,
  ledgerTables,
  neuroBenchTable,
  spikeTable,
  summaryTable,
  ternaryTable,
  unitTable,
} from './study-tables.ts';
import { sharesTold } from '../subject.ts';
import { nameOf } from './summary.ts';

export interface Pictures {
  readonly codec: PngCodec;
  readonly run: Measurement;
}

export async function studyPage(study: EnergyStudy, pictures: Pictures): Promise<string> {
  const { origin, images, views } = study.run;
  const { width, height } = views[0];
  const title = `Energy of ${origin.scene.name}: ${nameOf(study.run)} beside its ANN twin`;
  const body = html`
    <header>
      <h1>${title}</h1>
      <div class="where">
        ${images} ${study.split} views of ${width}×${height} · run ${origin.run}, step ${grouped(origin.step)} ·
        ${study.created.slice(0, 10)}
      </div>
    </header>
    ${study.differentScenes ? html`<p class="warn">The two runs are of different scenes; the comparison was forced.</p>` : ''}
    ${lead(study)} ${cards(study)}
    <h2>Two countings</h2>
    ${countings(study)}
    <h2>Where the energy goes</h2>
    ${stages(study)}
    <h2>Other hardware</h2>
    ${otherHardware(study)}
    <h2>Time steps of a ray</h2>
    ${raySteps(study)}
    <h2>In the picture</h2>
    ${await maps(study, pictures)}
    ${
      study.against === null
        ? ''
        : html`<h2>Energy against quality</h2>
            ${quality(study)}`
    }
    <h2>View by view</h2>
    ${perView(study)}
    <h2>All figures</h2>
    ${summaryTable(study)}
    <h2>Counts</h2>
    ${counts(study)}
    <h2>Measured on this machine</h2>
    ${measured(study)}
    <h2>Scope</h2>
    ${scope(study)}
    <h2>Hardware models</h2>
    <p>Every energy on this page is an estimate: exact counts times the prices of a named model.</p>
    ${hardwareTable(study.hardware)}
    <h2>How to repeat this</h2>
    ${provenance(study)}
  `;
  return page(title, body);
}

function lead(study: EnergyStudy): Html {
  const { model } = study.hardware[0];
  const energies = synapsePair(study.hardware[0], 'skipping');
  const twin = study.against === null ? 'the ANN of the same shape on the same samples (computed)' : 'its trained ANN twin';
  const costs =
    model.kind === 'operations' ? `, at ${model.picojoules.mac} pJ a multiply-accumulate and ${model.picojoules.ac} pJ an addition` : '';
  return html`<p class="lead">
    The synapses of the colour network need <b>${milli(energies[0])}</b> an image, ${twin} ${milli(energies[1])} where it skips inactive
    ReLUs: <b>${share(energies)}</b>; as papers count, <b>${share(synapsePair(study.hardware[0], 'published'))}</b>. Counted as executed on
    every held-out view${costs} (${model.title}); memory, interpolation and the rest of the renderer are below, under their own headings.
  </p>`;
}

function cards(study: EnergyStudy): Html {
  const [first] = study.hardware;
  const { run, against } = study;
  const all = pair(first, 'all');
  const shares = sharesTold(run).map(({ share: of, twin }) => {
    const [mine, theirs] = synapsePair(first, of);
    return card(`of ${twin}`, share([mine, theirs]), `${milli(mine)} of ${milli(theirs)}, synapses`);
  });
  return html`<div class="cards">
    ${shares} ${card('whole renderer', share(all), `${milli(all[0])} of ${milli(all[1])}, ${first.model.name}`)}
    ${card('PSNR', `${run.psnr.toFixed(2)} dB`, against === null ? 'of the run itself' : `${against.psnr.toFixed(2)} dB for the run compared with`)}
    ${card('active neurons', run.firingRates.map((rate) => (rate * 100).toFixed(1)).join(' / ') + '\u00a0%', 'of the hidden layers, in order, in a time step')}
    ${card('network samples', three(hitSteps(run.raySamples).mean), `a ray that hits something; ${three(run.counts.samples / run.counts.rays)} a ray of the image`)}
  </div>`;
}

async function maps(study: EnergyStudy, { codec, run }: Pictures): Promise<Html> {
  const { shown } = run;
  const { model } = study.hardware[0];
  const { spec } = study.run;
  const scale = await scaleUri(codec);
  const mine = pixelEnergy(model, spec, shown, false);
  const theirs = pixelEnergy(model, spec, shown, true);
  const high = nearlyGreatest(theirs ?? mine ?? new Float32Array(1));
  const firing = pixelFiring(spec, shown);
  const rate = nearlyGreatest(firing);
  const picture = (uri: string, text: string): Html =>
    html`<figure>
      <img src="${uri}" alt="${text}" />
      <figcaption>${text}</figcaption>
    </figure>`;
  const map = async (values: Float32Array, top: number, label: string, text: string): Promise<Html> =>
    html`<figure>
      <img src="${await mapUri(codec, values, shown, top)}" alt="${text}" />
      <div class="scale"><span>0</span><img src="${scale}" alt="" /><span>${label}</span></div>
      <figcaption>${text}</figcaption>
    </figure>`;
  const energyMap = async (values: Float32Array | null, text: string): Promise<Html> =>
    values === null ? html`` : map(values, high, `${si(high * 1e-9, 'J')} and more`, text);
  return html`<p>
      View ${shown.name}. Both energy maps have one scale: what is dark on the first and bright on the second is what the spikes save.
    </p>
    <div class="maps">
      ${picture(await pictureUri(codec, run.photo, shown), 'photo')}
      ${picture(await pictureUri(codec, shown.rgb, shown), 'render of this run')}
      ${await map(firing, rate, percent(rate), 'share of neurons that fire in a time step')}
      ${await energyMap(mine, `this run, synapses, ${model.name}`)}
      ${await energyMap(theirs, 'ANN of the same shape, same samples (computed)')}
    </div>`;
}

function perView({ run }: EnergyStudy): Html {
  const rows = run.views.map(({ name, psnr, seconds, counts: c }) => [
    name,
    psnr.toFixed(2),
    three(seconds),
    grouped(c.samples),
    grouped(c.timeSteps),
    ...c.spikes.map((spikes) => grouped(spikes)),
    grouped(c.densityEvaluations),
  ]);
  const cells = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, i) => (i === 0 ? html`<td>${cell}</td>` : html`<td class="n">${cell}</td>`))}
      </tr> `,
  );
  const heads = [
    'view',
    'PSNR, dB',
    'seconds',
    'network samples',
    'time steps',
    ...run.firingRates.map((_, layer) => `spikes ${layer + 1}`),
    'density evaluations',
  ];
  return html`<details${raw(run.views.length <= 12 ? ' open' : '')}><summary>${run.views.length} views</summary><div class="scroll" tabindex="0"><table><thead><tr>${heads.map((head, i) => (i === 0 ? html`<th>${head}</th>` : html`<th class="n">${head}</th>`))}</tr></thead><tbody>${cells}</tbody></table></div></details>`;
}

function counts(study: EnergyStudy): Html {
  const { run, twin, against } = study;
  const published = (['dense', 'macs', 'acs'] as const).slice(1);
  return html`<p>Exact, from the kernels that rendered these views; means over ${run.images} images. Sums are sums of the rows.</p>
    <h3>This run, as executed</h3>
    ${ledgerTables(run.executed, run.images)}
    <h3>This run, published convention</h3>
    ${ledgerTable(run.published, run.images, published)}
    <h3>ANN of the same shape, same samples, as executed (computed)</h3>
    ${ledgerTable(twin.executed, run.images, ['macs', 'effectiveMacs', 'multiplications', 'additions', 'comparisons', 'specialFunctions', 'weightBytes', 'gridBytes'])}
    ${
      against === null
        ? ''
        : html`<h3>Run compared with, as executed</h3>
            ${ledgerTables(against.executed, against.images)}`
    }
    <h3>Per unit</h3>
    ${unitTable(study)}
    <h3>Spikes by value</h3>
    ${spikeTable(study)} ${ternaryTable(study) ?? ''}
    <h3>NeuroBench metrics</h3>
    ${neuroBenchTable(study)}`;
}

function measured({ run, against, measured: { meter, reason } }: EnergyStudy): Html {
  const line = (subject: typeof run): string =>
    `${nameOf(subject)}: ${three(subject.secondsPerImage)} s${subject.joulesPerImage === null ? '' : `, ${three(subject.joulesPerImage)} J`} an image on ${subject.origin.backend}`;
  return html`<ul>
      <li>${line(run)}</li>
      ${against === null ? '' : html`<li>${line(against)}</li>`}
    </ul>
    <p class="note">
      ${meter === null ? `Joules were not measured: ${reason ?? ''}.` : `Joules by ${meter}: the whole processor, with whatever else ran on it meanwhile.`}
      Wall time includes everything between rays and pixels.
    </p>`;
}

function scope({ scope: { counted, notCounted, twin } }: EnergyStudy): Html {
  const list = (items: readonly string[]): Html =>
    html`<ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>`;
  return html`<div class="two">
      <div>
        <h3>Counted</h3>
        ${list(counted)}
      </div>
      <div>
        <h3>Not counted</h3>
        ${list(notCounted)}
      </div>
    </div>
    <p>${twin}</p>
    <p>Bytes are logical: every operand once for every use. A cache or a register saves some of them, in both networks.</p>`;
}

function provenance({ spikeray, commit, created, run, against, every, split, hardwareAsked }: EnergyStudy): Html {
  const subjects = against === null ? [run] : [run, against];
  const command = `spikeray energy ${run.origin.run}${against === null ? '' : ` --against ${against.origin.run}`} --split ${split} --every ${every}${run.origin.skipMask ? ` --skip-mask ${run.origin.skipMask.file}` : ''}${hardwareOptions(hardwareAsked)}`;
  return html`<pre>${command}</pre>
    <dl>
      <dt>SpikeRay</dt>
      <dd>${spikeray}${commit === null ? '' : `, commit ${commit}`}, ${created}</dd>
      ${subjects.map(
        ({ origin }) =>
          html`<dt>${origin === run.origin ? 'run' : 'compared with'}</dt>
            <dd>
              ${origin.run}: ${origin.checkpoint}, step ${grouped(origin.step)}, seed ${origin.seed}, trained with SpikeRay
              ${origin.trainedWith}${origin.skipMask ? `, skip mask ${origin.skipMask.file}, sha256 ${origin.skipMask.sha256}` : ''}
            </dd>
            <dt>scene</dt>
            <dd>${origin.scene.path}, fingerprint ${origin.scene.fingerprint}</dd>`,
      )}
    </dl>
    ${subjects.map(
      ({ origin }) =>
        html`<details>
          <summary>Settings of ${origin.run}</summary>
          <pre>${JSON.stringify(origin.config, null, 2)}</pre>
        </details>`,
    )}`;
}
