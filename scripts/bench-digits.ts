/** `node dist/scripts/bench-digits.js [SEEDS]`: the table of docs/stdp.md, accuracies on the 8x8 digits. Run in the folder of the clone. */
import { firstSpikeAccuracy, linearAccuracy, NCG, S2_STDP, type SplitDigits, splitDigits } from './bench/digits.ts';
import { table } from './bench/table.ts';

const METHODS: Readonly<Record<string, (digits: SplitDigits, seed: number) => number>> = {
  'S2-STDP, one neuron a class': (digits, seed) => firstSpikeAccuracy(S2_STDP, digits, seed),
  'five neurons a class, no regulation': (digits, seed) => firstSpikeAccuracy({ ...NCG, regulation: 0 }, digits, seed),
  'NCG: five neurons a class, regulated': (digits, seed) => firstSpikeAccuracy(NCG, digits, seed),
  'softmax regression': (digits) => linearAccuracy(digits),
};

const seeds = Array.from({ length: Number(process.argv[2] ?? 3) }, (_, i) => i + 1);
const splits = seeds.map((seed) => splitDigits('test/golden/digits.json', seed));
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const rows = Object.entries(METHODS).map(([name, measure]) => {
  const found = splits.map((digits, i) => measure(digits, seeds[i]));
  return [name, ...found.map(percent), percent(found.reduce((a, b) => a + b, 0) / found.length)];
});
process.stdout.write(table(['classifier', ...seeds.map((seed) => `seed ${seed}`), 'mean'], rows));
