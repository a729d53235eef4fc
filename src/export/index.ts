/** The formats of `spikeray export`. A new one is one file here and one line in this list. */
import { htmlExporter } from './export-html.ts';
import { meshExporter } from './export-mesh.ts';
import { nirExporter } from './export-nir.ts';
import { plyExporter } from './export-ply.ts';
import { webExporter } from './export-web.ts';
import type { Exporter } from './exporter.ts';

const exporters: Exporter[] = [nirExporter, webExporter, htmlExporter, plyExporter, meshExporter];

/** The first is the default. */
export const knownExporters = (): readonly Exporter[] => exporters;

/** Adds a format from outside. Throws RangeError if its name is taken. */
export function registerExporter(exporter: Exporter): void {
  if (exporters.some(({ name }) => name === exporter.name)) throw new RangeError(`There is an exporter named ${exporter.name} already.`);
  exporters.push(exporter);
}
