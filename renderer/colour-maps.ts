/**
 * Colour maps, most of them as polynomials.
 *
 * turbo:   Mikhailov 2019 (Google), polynomial of degree 5 by R. Du; bright and with much contrast, for depth
 * viridis, inferno: Smith and van der Walt 2015, polynomials of degree 6 by M. Zucker; perceptually uniform, for magnitudes
 * grey:    black to white
 * coolwarm: blue over grey to red, after Moreland 2009; for differences, whose zero is in the middle
 */

/** 0..1 (clamped; not a number counts as 0) -> [r, g, b] in 0..255 */
export type ColourMap = (value: number) => readonly [number, number, number];

/** Coefficients of 1, x, x^2, ... for red, green, blue. */
type Polynomials = readonly (readonly number[])[];

const TURBO: Polynomials = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
];

const VIRIDIS: Polynomials = [
  [0.27772733, 0.10509304, -0.33086183, -4.6342305, 6.22826994, 4.776385, -5.43545586],
  [0.00540734, 1.40461353, 0.21484756, -5.7991009, 14.17993337, -13.74514538, 4.64585261],
  [0.33409981, 1.38459016, 0.09509516, -19.33244096, 56.6905526, -65.35303263, 26.31243525],
];

const INFERNO: Polynomials = [
  [0.00021894, 0.10651342, 11.60249308, -41.70399613, 77.1629357, -71.31942824, 25.13112622],
  [0.001651, 0.56395644, -3.97285397, 17.43639888, -33.40235894, 32.62606426, -12.24266895],
  [-0.0194809, 3.93271239, -15.94239411, 44.3541452, -81.80730926, 73.20951986, -23.07032501],
];

/** At 0, one half and 1. */
const COOLWARM = [
  [59, 76, 192],
  [221, 221, 221],
  [180, 4, 38],
] as const;

export const turbo: ColourMap = (value) => evaluate(TURBO, value);
export const viridis: ColourMap = (value) => evaluate(VIRIDIS, value);
const inferno: ColourMap = (value) => evaluate(INFERNO, value);
const grey: ColourMap = (value) =>
  evaluate(
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    value,
  );
const coolwarm: ColourMap = (value) => {
  const x = 2 * clamped(value);
  const [from, to] = x < 1 ? [COOLWARM[0], COOLWARM[1]] : [COOLWARM[1], COOLWARM[2]];
  const share = x < 1 ? x : x - 1;
  const mixed = (c: number): number => Math.round(from[c] + (to[c] - from[c]) * share);
  return [mixed(0), mixed(1), mixed(2)];
};

/** Those that one can choose. */
export const COLOUR_MAPS = { viridis, turbo, inferno, grey, coolwarm } as const;
export type ColourMapName = keyof typeof COLOUR_MAPS;

const clamped = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

function evaluate(polynomials: Polynomials, value: number): [number, number, number] {
  const x = clamped(value);
  const [r, g, b] = polynomials.map((coefficients) => {
    const y = coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
    return Math.round(255 * Math.min(1, Math.max(0, y)));
  });
  return [r, g, b];
}
